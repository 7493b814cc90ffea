#!/usr/bin/env python3
"""A geocoder for tests: the same answers everywhere, and on command every way in which a geocoder can misbehave.

It speaks Nominatim (/reverse, /lookup, /status), Photon (/photon/reverse) and LocationIQ (/v1/reverse), on 127.0.0.1
only. A second port takes commands and knows what has been asked; both are written to the file --ports, a line each.

    GET /control/behave?mode=NAME[&times=N][&PARAMETER=VALUE]   the next N requests, or all from now on, are treated so
    GET /control/missing?ids=N1,W2      objects that /lookup does not know; none: it knows all
    GET /control/release                answers all requests that mode hold keeps; prints how many
    GET /control/count                  requests since the last reset
    GET /control/connections            opened=N most_in_flight=N
    GET /control/min_gap                milliseconds between the starts of two requests, the least so far, or "none"
    GET /control/reset                  all of these begin anew, and so does the log; mode and missing objects stay
    GET /control/wait?requests=N&seconds=S            answers when N requests have come in; 408 when they have not
    GET /control/wait_in_flight?requests=N&seconds=S  ... when N of them wait for their answer at the same time
    GET /control/wait_idle?seconds=S                  ... when none of them does

A line of the log: number, seconds since 1970, path and query, User-Agent, Accept-Language, with tabs between them.
"""
import argparse
import asyncio
import email.utils
import functools
import gzip
import json
import math
import os
import socket
import ssl
import struct
import time
import zlib
from decimal import ROUND_FLOOR, Decimal
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qsl

HOST = "127.0.0.1"
JSON = b"application/json; charset=utf-8"
HTML = b"text/html; charset=utf-8"
TEXT = b"text/plain; charset=utf-8"


# ---- places: the earth is a grid, and each cell of it an object of OpenStreetMap

TYPES = ("node", "way", "relation")
LETTERS = {"N": "node", "W": "way", "R": "relation"}


class HundredthGrid:
    """Cells of a hundredth of a degree, computed exactly; a place is at its cell's south-western corner."""

    def cell(self, latitude, longitude):
        return tuple(int((each * 100).to_integral_value(ROUND_FLOOR)) for each in (latitude, longitude))

    def position(self, i, j):
        return tuple(format((Decimal(each) / 100).normalize(), "f") for each in (i, j))

    def number(self, i, j):
        return (i + 9000) * 100000 + (j + 18000)

    def cell_of(self, number):
        return number // 100000 - 9000, number % 100000 - 18000


class MetreGrid:
    """Cells about so many metres wide and high, for addresses that change along a road; a place is in the middle."""

    def __init__(self, metres):
        self.step = metres / 111_195
        self.half = math.ceil(180 / self.step) + 1

    def _narrowing(self, i):
        return max(math.cos(math.radians(i * self.step)), 0.01)

    def cell(self, latitude, longitude):
        i = math.floor(float(latitude) / self.step)
        return i, math.floor(float(longitude) * self._narrowing(i) / self.step)

    def position(self, i, j):
        return "%.7f" % ((i + 0.5) * self.step), "%.7f" % ((j + 0.5) * self.step / self._narrowing(i))

    def number(self, i, j):
        return (i + self.half) * 2 * self.half + j + self.half

    def cell_of(self, number):
        i, j = divmod(number, 2 * self.half)
        return i - self.half, j - self.half


def truncated(a, b):
    return int(a / b)


class World:
    def __init__(self, grid):
        self.grid = grid

    def find(self, latitude, longitude, language):
        """Nominatim's answer for decimal texts."""
        latitude, longitude = Decimal(latitude), Decimal(longitude)
        if latitude > 80:
            return {"error": "Unable to geocode"}
        if latitude >= 70:
            return {"error": "Out of area"}
        return self._place(*self.grid.cell(latitude, longitude), language)

    def look_up(self, object_id, language):
        """The place with an id such as N123; None when there is none."""
        osm_type, digits = LETTERS.get(object_id[:1]), object_id[1:]
        if osm_type is None or not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
            return None
        i, j = self.grid.cell_of(int(digits))
        latitude, longitude = map(float, self.grid.position(i, j))
        if not (-91 < latitude < 70 and -181 < longitude <= 180) or TYPES[int(digits) % 3] != osm_type:
            return None
        return self._place(i, j, language)

    def _place(self, i, j, language):
        number = self.grid.number(i, j)
        latitude, longitude = self.grid.position(i, j)
        tail = " " + language if language else ""
        road, town, country = "Street %d" % j + tail, "Town %d" % truncated(i, 10) + tail, "Land" + tail
        return {
            "place_id": number + 1,
            "licence": "oracle",
            "osm_type": TYPES[number % 3],
            "osm_id": number,
            "lat": latitude,
            "lon": longitude,
            "display_name": "%d, %s, %s, %s" % (i, road, town, country),
            "name": "Place %d" % number + tail if number % 2 == 0 else "",
            "address": {
                "house_number": str(number % 97),
                "road": road,
                "suburb": "Suburb %d" % (i - 7 * truncated(i, 7)) + tail,
                "town": town,
                "county": "County %d" % truncated(j, 100) + tail,
                "state": "State %d" % truncated(i, 100) + tail,
                "postcode": str(10000 + number % 90000),
                "country": country,
                "country_code": "ld",
            },
            "extratags": None,
            "namedetails": {},
        }


def photon_feature(place):
    address = place["address"]
    properties = {
        "osm_key": "place",
        "osm_value": "house",
        "type": "house",
        "name": place["name"],
        "street": address["road"],
        "housenumber": address["house_number"],
        "postcode": address["postcode"],
        "district": address["suburb"],
        "city": address["town"],
        "county": address["county"],
        "state": address["state"],
        "country": address["country"],
        "countrycode": address["country_code"].upper(),
        "extra": place["extratags"],
    }
    if "osm_id" in place:
        properties.update(osm_id=place["osm_id"], osm_type=place["osm_type"][0].upper())
    feature = {"type": "Feature", "properties": {key: value for key, value in properties.items() if value}}
    if "lat" in place:
        feature["geometry"] = {"type": "Point", "coordinates": [float(place["lon"]), float(place["lat"])]}
    return feature


# ---- places that no geocoder should answer with


def with_nested_tags(place):
    place["extratags"] = "<nested>"


def with_bad_utf8(place):
    place["address"]["road"] = "Street <bad UTF-8>"


def with_nul(place):
    place["address"]["road"] = "Street <NUL>"


def with_escaped_nul(place):
    place["address"]["road"] = "Street \0"


def with_huge_numbers(place):
    place["osm_id"] = 10**30
    place["extratags"] = {"population": "<huge>"}


def without_position(place):
    del place["lat"], place["lon"]


def with_absurd_position(place):
    place["lat"], place["lon"] = "123.4", "-9999"


def without_osm_id(place):
    del place["osm_type"], place["osm_id"]


def with_long_fields(place):
    text = "ä日🚗" * 1000
    place["name"] = place["display_name"] = text
    place["address"] = dict.fromkeys(place["address"], text)


SPOILERS = {
    "nested": with_nested_tags,
    "bad_utf8": with_bad_utf8,
    "nul": with_nul,
    "nul_escape": with_escaped_nul,
    "huge_numbers": with_huge_numbers,
    "no_latlon": without_position,
    "absurd_latlon": with_absurd_position,
    "no_osm_id": without_osm_id,
    "long_fields": with_long_fields,
}

# What json.dumps() would not write.
RAW_BYTES = {
    b'"<nested>"': b"[" * 100_000 + b"]" * 100_000,
    b"<bad UTF-8>": b"\xff\xfe\xc3(",
    b"<NUL>": b"\0",
    b'"<huge>"': b"1e999999",
}


def to_json(value, spoiled=False):
    body = json.dumps(value, ensure_ascii=False).encode()
    if spoiled:
        for mark, raw in RAW_BYTES.items():
            body = body.replace(mark, raw)
    return body


# ---- HTTP


class Request:
    """From the bytes before the empty line. ValueError when they make no sense."""

    def __init__(self, head):
        self._head = head
        self._lower_head = head.lower()
        self.method, self.target, version = head.partition(b"\r\n")[0].split(b" ")
        self.keep_alive = version == b"HTTP/1.1" and self.header(b"connection").lower() != b"close"
        path, _, query = self.target.decode("latin-1").partition("?")
        self.path = path
        self.query = dict(parse_qsl(query, keep_blank_values=True))

    def header(self, lower_name):
        at = self._lower_head.find(b"\r\n" + lower_name + b":")
        if at < 0:
            return b""
        start = at + len(lower_name) + 3
        end = self._head.find(b"\r\n", start)
        return self._head[start : end if end >= 0 else None].strip()

    def language(self):
        header = self.header(b"accept-language").decode("latin-1")
        wanted = self.query.get("lang") or self.query.get("accept-language") or header
        return wanted.split(",")[0].split(";")[0].strip()


STATUS_LINES = {each.value: b"HTTP/1.1 %d %s\r\n" % (each.value, each.phrase.encode()) for each in HTTPStatus}


class Reply(NamedTuple):
    status: int
    body: bytes
    content_type: bytes = JSON
    headers: bytes = b""  # more of them, each with its line end

    def head(self, length_header=None):
        length = length_header or b"content-length: %d\r\n" % len(self.body)
        status_line = STATUS_LINES[self.status]
        return b"%scontent-type: %s\r\n%s%s\r\n" % (status_line, self.content_type, length, self.headers)

    def encode(self):
        return self.head() + self.body


def page(title, text):
    return b"<!DOCTYPE html>\n<html><head><title>%s</title></head><body><p>%s</p></body></html>\n" % (title, text)


# ---- answers as they should be


class Service:
    def __init__(self, world, languages, key):
        self.world = world
        self.languages = languages
        self.key = key
        self.missing = frozenset()
        self.paths = {
            "/reverse": self._nominatim_reverse,
            "/lookup": self._nominatim_lookup,
            "/status": self._nominatim_status,
            "/photon/reverse": self._photon_reverse,
            "/v1/reverse": self._locationiq_reverse,
        }

    def answer(self, request, spoil=None):
        if request.method != b"GET":
            return Reply(405, to_json({"error": "only GET is understood"}), headers=b"allow: GET\r\n")
        answer_path = self.paths.get(request.path)
        if answer_path is None:
            return Reply(404, to_json({"error": "no such path"}))
        try:
            return answer_path(request, spoil)
        except (KeyError, ArithmeticError, ValueError):
            return self._bad_parameter("a parameter is missing or makes no sense")

    def _bad_parameter(self, message):
        return Reply(400, to_json({"error": {"code": 400, "message": message}}))

    def _language(self, request):
        return request.language() if self.languages else ""

    def _find(self, request, spoil):
        place = self.world.find(request.query["lat"], request.query["lon"], self._language(request))
        if spoil is not None and "error" not in place:
            spoil(place)
        return place

    def _nominatim_reverse(self, request, spoil):
        return Reply(200, to_json(self._find(request, spoil), spoil is not None))

    def _nominatim_lookup(self, request, spoil):
        ids = request.query["osm_ids"].split(",")
        if len(ids) > 50:
            return self._bad_parameter("Too many object IDs.")
        wanted = (self.world.look_up(each, self._language(request)) for each in ids if each not in self.missing)
        places = [place for place in wanted if place is not None]
        if spoil is not None:
            for place in places:
                spoil(place)
        return Reply(200, to_json(places, spoil is not None))

    def _nominatim_status(self, request, _):
        if request.query.get("format") != "json":
            return Reply(200, b"OK", TEXT)
        return Reply(200, to_json({"status": 0, "message": "OK", "data_updated": "2024-05-01T10:15:00+00:00"}))

    def _photon_reverse(self, request, spoil):
        place = self._find(request, spoil)
        features = [] if "error" in place else [photon_feature(place)]
        return Reply(200, to_json({"type": "FeatureCollection", "features": features}, spoil is not None))

    def _locationiq_reverse(self, request, spoil):
        key = request.query.get("key", "")
        if not key or self.key not in (None, key):
            return Reply(401, to_json({"error": "Invalid key"}))
        place = self._find(request, spoil)
        place.pop("namedetails", None)
        return Reply(404 if "error" in place else 200, to_json(place, spoil is not None))


# ---- modes that answer at once: functions of service, request and parameters

FIXED_REPLIES = {
    "html200": Reply(200, page(b"Welcome", b"Log in to use this network."), HTML),
    "empty200": Reply(200, b""),
    "error_string": Reply(200, to_json({"error": "Unable to geocode"})),
    "error_object": Reply(400, to_json({"error": {"code": 400, "message": "Parameter 'lat' must be a number."}})),
    "status_401": Reply(401, to_json({"error": "Invalid key"})),
    "status_403": Reply(403, page(b"Access blocked", b"You have violated the usage policy."), HTML),
    "status_404": Reply(404, page(b"Not Found", b"There is nothing here."), HTML),
    "status_429": Reply(429, page(b"Too Many Requests", b"Bandwidth limit exceeded."), HTML),
    "status_500": Reply(500, page(b"Internal Server Error", b"Something went wrong."), HTML),
    "status_503": Reply(503, b"Service overloaded\n", TEXT),
}


def retry_after(value):
    return FIXED_REPLIES["status_429"]._replace(headers=b"retry-after: %s\r\n" % value.encode())


def later(parameters):
    return email.utils.formatdate(time.time() + int(parameters.get("seconds", "7")), usegmt=True)


def redirect(location):
    return Reply(301, page(b"Moved", b"Moved."), HTML, b"location: %s\r\n" % location)


def own_url(request, host=None):
    return b"http://" + (host or request.header(b"host")) + request.target


def host_elsewhere(request):
    return b"127.0.0.2:" + request.header(b"host").rpartition(b":")[2]


def zipped(reply):
    return reply._replace(body=gzip.compress(reply.body), headers=b"content-encoding: gzip\r\n")


@functools.lru_cache(maxsize=None)
def gzip_bomb():
    """A gigabyte of zeros. A full flush makes the block of each mebibyte independent, so that it can be repeated."""
    mebibyte = bytes(2**20)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = deflate.compress(mebibyte) + deflate.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(1024):
        checksum = zlib.crc32(mebibyte, checksum)
    header = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
    body = header + block * 1024 + deflate.flush() + struct.pack("<II", checksum, 2**30)
    return Reply(200, body, headers=b"content-encoding: gzip\r\n")


def always(reply):
    return lambda service, request, parameters: reply


def spoiled(spoiler):
    return lambda service, request, parameters: service.answer(request, spoiler)


REPLIES = {
    "ok": lambda service, request, _: service.answer(request),
    "gzip_ok": lambda service, request, _: zipped(service.answer(request)),
    "gzip_bomb": lambda service, request, _: gzip_bomb(),
    "redirect_host": lambda service, request, _: redirect(own_url(request, host_elsewhere(request))),
    "redirect_file": lambda service, request, _: redirect(b"file:///etc/passwd"),
    "redirect_loop": lambda service, request, _: redirect(own_url(request)),
    "status_429_seconds": lambda service, request, parameters: retry_after(parameters.get("seconds", "7")),
    "status_429_date": lambda service, request, parameters: retry_after(later(parameters)),
    "status_429_garbage": lambda service, request, _: retry_after("soon; -1"),
    **{name: always(reply) for name, reply in FIXED_REPLIES.items()},
    **{name: spoiled(spoiler) for name, spoiler in SPOILERS.items()},
}


# ---- modes that are about time and the connection: coroutines of connection, answer and parameters

BLANKS = b" " * 2**16


async def silence(connection, reply, parameters):
    await connection.lost()


async def silence_after_headers(connection, reply, parameters):
    connection.transport.write(reply.head())
    await connection.lost()


async def reset_half(connection, reply, parameters):
    connection.write_half(reply)
    connection.reset()
    await connection.lost()


async def close_half(connection, reply, parameters):
    connection.write_half(reply)
    connection.transport.close()
    await connection.lost()


async def drip(connection, reply, parameters):
    pause = float(parameters.get("milliseconds", "1000")) / 1000
    connection.transport.write(reply.head())
    for each in reply.body:
        connection.transport.write(bytes((each,)))
        await asyncio.sleep(pause)


async def big(connection, reply, parameters):
    blocks = 50 * 2**20 // len(BLANKS)
    connection.transport.write(reply.head(b"content-length: %d\r\n" % (blocks * len(BLANKS) + len(reply.body))))
    for _ in range(blocks):
        await connection.write(BLANKS)
    await connection.write(reply.body)


async def big_chunked(connection, reply, parameters):
    connection.transport.write(reply.head(b"transfer-encoding: chunked\r\n"))
    while True:
        await connection.write(b"%x\r\n%s\r\n" % (len(BLANKS), BLANKS))


async def slow(connection, reply, parameters):
    await asyncio.sleep(float(parameters.get("milliseconds", "1000")) / 1000)
    connection.transport.write(reply.encode())


async def hold(connection, reply, parameters):
    await connection.geocoder.released()
    connection.transport.write(reply.encode())


CONDUCTS = {
    each.__name__: each
    for each in (silence, silence_after_headers, reset_half, close_half, drip, big, big_chunked, slow, hold)
}

# The listening socket is closed, so that no request comes which could be treated so.
REFUSE = "refuse"


# ---- what has been asked


class Tally:
    def __init__(self, log_path):
        self._log = open(log_path, "ab", buffering=0) if log_path else None
        self._watchers = set()
        self.in_flight = 0
        self.reset()

    def reset(self):
        self.requests = 0
        self.connections = 0
        self.most_in_flight = self.in_flight
        self.min_gap = None
        self._last_start = None
        if self._log is not None:
            self._log.truncate(0)

    def begin(self, request):
        self._measure_gap(time.monotonic())
        self.requests += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        if self._log is not None:
            self._write_line(request)
        self._tell_watchers()

    def end(self):
        self.in_flight -= 1
        self._tell_watchers()

    def _measure_gap(self, now):
        if self._last_start is not None:
            gap = now - self._last_start
            self.min_gap = gap if self.min_gap is None else min(self.min_gap, gap)
        self._last_start = now

    def _write_line(self, request):
        headers = (request.header(b"user-agent"), request.header(b"accept-language"))
        columns = (b"%d" % self.requests, b"%.6f" % time.time(), request.target, *headers)
        self._log.write(b"\t".join(columns) + b"\n")

    def _tell_watchers(self):
        if self._watchers:
            for watcher in self._watchers:
                if not watcher.done():
                    watcher.set_result(None)
            self._watchers.clear()

    async def wait_for(self, condition, seconds):
        """Whether `condition` has become true in time."""
        try:
            await asyncio.wait_for(self._watch(condition), seconds)
        except asyncio.TimeoutError:
            return False
        return True

    async def _watch(self, condition):
        while not condition():
            watcher = asyncio.get_running_loop().create_future()
            self._watchers.add(watcher)
            await watcher


# ---- the geocoder's port


class Connection(asyncio.Protocol):
    def __init__(self, geocoder):
        self.geocoder = geocoder
        self._received = b""
        self._request = None  # the one in flight
        self._conduct = None
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport):
        self.transport = transport
        self.geocoder.tally.connections += 1
        self.geocoder.connections.add(self)

    def connection_lost(self, error):
        self.geocoder.connections.discard(self)
        if self._conduct is not None:
            self._conduct.cancel()
        if self._request is not None:
            self._request = None
            self.geocoder.tally.end()

    def pause_writing(self):
        self._writable.clear()

    def resume_writing(self):
        self._writable.set()

    def data_received(self, received):
        self._received += received
        self._take_requests()

    def _take_requests(self):
        while self._request is None and not self.transport.is_closing():
            head, end, rest = self._received.partition(b"\r\n\r\n")
            if not end:
                return
            self._received = rest
            try:
                request = Request(head)
            except ValueError:
                self.transport.write(Reply(400, b"", TEXT).encode())
                self.transport.close()
                return
            self._take(request)

    def _take(self, request):
        geocoder = self.geocoder
        self._request = request
        geocoder.tally.begin(request)
        mode, parameters = geocoder.next_mode()
        if mode in REPLIES:
            self.transport.write(REPLIES[mode](geocoder.service, request, parameters).encode())
            self._finish()
        else:
            reply = geocoder.service.answer(request)
            conduct = self._follow(CONDUCTS[mode](self, reply, parameters))
            self._conduct = asyncio.get_running_loop().create_task(conduct)

    async def _follow(self, conduct):
        await conduct
        self._conduct = None
        self._finish()
        self._take_requests()

    def _finish(self):
        keep_alive = self._request.keep_alive
        self._request = None
        self.geocoder.tally.end()
        if not keep_alive:
            self.transport.close()

    async def write(self, some_bytes):
        """Not faster than the client reads, and not without a look at the other connections."""
        self.transport.write(some_bytes)
        await self._writable.wait()
        await asyncio.sleep(0)

    def write_half(self, reply):
        self.transport.write(reply.head() + reply.body[: len(reply.body) // 2])

    def reset(self):
        linger = struct.pack("ii", 1, 0)
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.transport.abort()

    async def lost(self):
        """Never returns: the loss of the connection cancels whoever waits for it."""
        await asyncio.get_running_loop().create_future()


class Geocoder:
    def __init__(self, service, tally, tls):
        self.service = service
        self.tally = tally
        self.connections = set()
        self.port = 0
        self._tls = tls
        self._listener = None
        self._placeholder = None
        self._mode, self._times, self._parameters = "ok", None, {}
        self._held = []

    async def listen(self):
        if self._placeholder is not None:
            self._placeholder.close()
            self._placeholder = None
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: Connection(self), HOST, self.port, ssl=self._tls)
        self.port = self._listener.sockets[0].getsockname()[1]

    def refuse(self):
        """Bound but not listening, the port is nobody else's, and not one that a client might connect from."""
        self._listener.close()
        self._listener = None
        self._placeholder = socket.socket()
        self._placeholder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._placeholder.bind((HOST, self.port))
        for each in list(self.connections):
            each.transport.abort()

    async def behave(self, mode, times, parameters):
        self._mode, self._times, self._parameters = mode, times, parameters
        if mode == REFUSE and self._listener is not None:
            self.refuse()
        elif mode != REFUSE and self._listener is None:
            await self.listen()

    def next_mode(self):
        current = self._mode, self._parameters
        if self._times is not None:
            self._times -= 1
            if self._times == 0:
                self._mode, self._times, self._parameters = "ok", None, {}
        return current

    async def released(self):
        held = asyncio.get_running_loop().create_future()
        self._held.append(held)
        await held

    def release(self):
        waiting = [each for each in self._held if not each.done()]
        for each in waiting:
            each.set_result(None)
        self._held = []
        return len(waiting)


# ---- the control port


class Control:
    """Commands are methods of the query's parameters; they return the text of a 200, or a status and a text."""

    def __init__(self, geocoder):
        self._geocoder = geocoder
        self._tally = geocoder.tally
        self._commands = {
            "behave": self._behave,
            "missing": self._missing,
            "release": self._release,
            "count": self._count,
            "connections": self._connections,
            "min_gap": self._min_gap,
            "reset": self._reset,
            "wait": self._wait,
            "wait_in_flight": self._wait_in_flight,
            "wait_idle": self._wait_idle,
        }

    async def serve(self, reader, writer):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            status, text = await self._obey(Request(head[:-4]))
            reply = Reply(status, text.encode() + b"\n", TEXT, b"connection: close\r\n")
            writer.write(reply.encode())
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever asked has gone
        finally:
            writer.close()

    async def _obey(self, request):
        command = self._commands.get(request.path.replace("/control/", "", 1))
        if command is None:
            return 404, "there is no command " + request.path
        try:
            result = await command(request.query)
        except (KeyError, ValueError) as error:
            return 400, "a parameter is missing or makes no sense: %s" % error
        return (200, result) if isinstance(result, str) else result

    async def _behave(self, query):
        mode = query.pop("mode")
        times = int(query.pop("times")) if "times" in query else None
        if mode != REFUSE and mode not in REPLIES and mode not in CONDUCTS:
            return 400, "there is no mode " + mode
        if times is not None and (mode == REFUSE or times < 1):
            return 400, "times must be positive, and what is refused cannot be counted"
        await self._geocoder.behave(mode, times, query)
        return mode

    async def _missing(self, query):
        self._geocoder.service.missing = frozenset(query["ids"].split(","))
        return query["ids"]

    async def _release(self, query):
        return str(self._geocoder.release())

    async def _count(self, query):
        return str(self._tally.requests)

    async def _connections(self, query):
        return "opened=%d most_in_flight=%d" % (self._tally.connections, self._tally.most_in_flight)

    async def _min_gap(self, query):
        gap = self._tally.min_gap
        return "none" if gap is None else "%d" % (gap * 1000)

    async def _reset(self, query):
        self._tally.reset()
        return "0"

    async def _wait(self, query):
        wanted = int(query["requests"])
        return await self._wait_for(lambda: self._tally.requests >= wanted, query)

    async def _wait_in_flight(self, query):
        wanted = int(query.get("requests", "1"))
        return await self._wait_for(lambda: self._tally.in_flight >= wanted, query)

    async def _wait_idle(self, query):
        return await self._wait_for(lambda: self._tally.in_flight == 0, query)

    async def _wait_for(self, condition, query):
        in_time = await self._tally.wait_for(condition, float(query["seconds"]))
        text = "requests=%d in_flight=%d" % (self._tally.requests, self._tally.in_flight)
        return (200 if in_time else 408), text


# ---- the program


def parse_arguments():
    parser = argparse.ArgumentParser(description="A geocoder for tests that misbehaves on command.")
    parser.add_argument("--port", type=int, default=0, help="of the geocoder; 0 takes a free one")
    parser.add_argument("--ports", metavar="FILE", required=True, help="gets the geocoder's port and the control port")
    parser.add_argument("--log", metavar="FILE", help="gets a line for each request")
    parser.add_argument("--languages", action="store_true", help="append the language asked for to all names")
    parser.add_argument("--street-metres", metavar="N", type=float, help="addresses change about every N metres")
    parser.add_argument("--key", help="the only one that /v1 takes; without this option it takes any")
    parser.add_argument("--tls", nargs=2, metavar=("CERTIFICATE", "KEY"), help="PEM files; answers https only")
    return parser.parse_args()


def tls_context(files):
    if files is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context


def write_whole(path, text):
    with open(path + ".new", "w") as file:
        file.write(text)
    os.rename(path + ".new", path)


async def main(arguments):
    grid = MetreGrid(arguments.street_metres) if arguments.street_metres else HundredthGrid()
    service = Service(World(grid), arguments.languages, arguments.key)
    geocoder = Geocoder(service, Tally(arguments.log), tls_context(arguments.tls))
    geocoder.port = arguments.port
    await geocoder.listen()
    control = await asyncio.start_server(Control(geocoder).serve, HOST, 0)
    write_whole(arguments.ports, "%d\n%d\n" % (geocoder.port, control.sockets[0].getsockname()[1]))
    await control.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(parse_arguments()))
