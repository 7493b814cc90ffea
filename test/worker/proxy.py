#!/usr/bin/env python3
"""A proxy for tests, on one port of 127.0.0.1: HTTP (GET and CONNECT) and SOCKS5, told apart by the first byte.

It leads to this machine only. Every host name leads to 127.0.0.1, also one that no resolver knows, so that a test can
see that the proxy has resolved it. Other addresses than loopback's are refused.

A line of the log for each connection that got through: http, connect or socks5, then host and port.
"""
import argparse
import asyncio
import base64
import ipaddress
import os
import struct
from urllib.parse import urlsplit

HOST = "127.0.0.1"
ASK_FOR_USER = b'proxy-authenticate: Basic realm="proxy"\r\n'


def address_of(host):
    """Where the proxy connects for a host; None when it does not."""
    try:
        return host if ipaddress.ip_address(host).is_loopback else None
    except ValueError:
        return HOST


async def copy(reader, writer):
    try:
        while True:
            some_bytes = await reader.read(2**16)
            if not some_bytes:
                break
            writer.write(some_bytes)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


class Proxy:
    def __init__(self, user, log_path):
        self._credentials = user and b"basic " + base64.b64encode(user.encode())
        self._log = open(log_path, "a", buffering=1)

    async def serve(self, reader, writer):
        try:
            first = await reader.readexactly(1)
            await (self._serve_socks(reader, writer) if first == b"\x05" else self._serve_http(first, reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # one of the two ends has gone
        finally:
            writer.close()

    async def _connect(self, kind, host, port):
        """Reader and writer; None when there is no way."""
        address = address_of(host)
        if address is None:
            return None
        try:
            upstream = await asyncio.open_connection(address, port)
        except OSError:
            return None
        print(kind, host, port, file=self._log)
        return upstream

    async def _relay(self, reader, writer, upstream):
        await asyncio.gather(copy(reader, upstream[1]), copy(upstream[0], writer))

    # ---- HTTP

    async def _serve_http(self, first, reader, writer):
        head = first + await reader.readuntil(b"\r\n\r\n")
        request_line, *headers = head[:-4].split(b"\r\n")
        if not self._is_welcome(headers):
            return await self._decline(writer, b"407 Proxy Authentication Required", ASK_FOR_USER)
        method, target, version = request_line.split(b" ")
        if method == b"CONNECT":
            return await self._tunnel(target, reader, writer)
        url = urlsplit(target.decode())
        if url.scheme != "http":
            return await self._decline(writer, b"400 Bad Request")
        upstream = await self._connect("http", url.hostname, url.port or 80)
        if upstream is None:
            return await self._decline(writer, b"502 Bad Gateway")
        upstream[1].write(self._origin_form(method, url, headers))
        await self._relay(reader, writer, upstream)

    def _is_welcome(self, headers):
        if self._credentials is None:
            return True
        pairs = (line.partition(b":") for line in headers)
        given = [value.strip() for name, _, value in pairs if name.lower() == b"proxy-authorization"]
        return [each[:6].lower() + each[6:] for each in given] == [self._credentials]

    def _origin_form(self, method, url, headers):
        """One request for each connection: the next one could be for another host."""
        path = (url.path or "/") + ("?" + url.query if url.query else "")
        kept = [line for line in headers if not line.lower().startswith((b"proxy-", b"connection:"))]
        return b"\r\n".join([b"%s %s HTTP/1.1" % (method, path.encode()), *kept, b"connection: close", b"", b""])

    async def _tunnel(self, target, reader, writer):
        host, _, port = target.decode().rpartition(":")
        upstream = await self._connect("connect", host, int(port))
        if upstream is None:
            return await self._decline(writer, b"502 Bad Gateway")
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await self._relay(reader, writer, upstream)

    async def _decline(self, writer, status, header=b""):
        writer.write(b"HTTP/1.1 %s\r\n%scontent-length: 0\r\nconnection: close\r\n\r\n" % (status, header))
        await writer.drain()

    # ---- SOCKS5: RFC 1928, without authentication

    async def _serve_socks(self, reader, writer):
        methods = await reader.readexactly((await reader.readexactly(1))[0])
        if 0 not in methods:
            writer.write(b"\x05\xff")
            return
        writer.write(b"\x05\x00")
        _, command, _, kind = await reader.readexactly(4)
        host = await self._read_host(reader, kind)
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        upstream = await self._connect("socks5", host, port) if command == 1 else None
        writer.write(b"\x05" + (b"\x02" if upstream is None else b"\x00") + b"\x00\x01" + bytes(6))
        await writer.drain()
        if upstream is not None:
            await self._relay(reader, writer, upstream)

    async def _read_host(self, reader, kind):
        if kind == 3:
            return (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        return str(ipaddress.ip_address(await reader.readexactly(4 if kind == 1 else 16)))


def parse_arguments():
    parser = argparse.ArgumentParser(description="A proxy for tests that leads to this machine only.")
    parser.add_argument("--ports", metavar="FILE", required=True, help="gets the port")
    parser.add_argument("--log", metavar="FILE", required=True, help="gets a line for each connection")
    parser.add_argument("--user", metavar="NAME:PASSWORD", help="asked of those who come by HTTP")
    return parser.parse_args()


async def main(arguments):
    server = await asyncio.start_server(Proxy(arguments.user, arguments.log).serve, HOST, 0)
    with open(arguments.ports + ".new", "w") as file:
        print(server.sockets[0].getsockname()[1], file=file)
    os.rename(arguments.ports + ".new", arguments.ports)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(parse_arguments()))
