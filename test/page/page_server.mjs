// Serves the page's files as they were built, with the headers of `pitstop serve`, and a fixture as /health.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'";
const types = {'.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.svg': 'image/svg+xml'};

export class PageServer {
  constructor(files, fixtures) {
    this.files = files;
    this.fixtures = fixtures;
    this.asked = 0;        // for /health
    this.answers = 'well'; // a fixture, or what is done with the response to /health
  }

  // On the same port as before, when there was one.
  async listen() {
    this.server = http.createServer((request, response) => this.handle(request, response));
    await new Promise(resolve => this.server.listen(this.port ?? 0, '127.0.0.1', resolve));
    this.port = this.server.address().port;
  }

  async close() {
    const closed = new Promise(resolve => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  get address() {
    return `http://127.0.0.1:${this.port}/`;
  }

  handle(request, response) {
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (request.url === '/health')
      this.answerHealth(response);
    else
      this.answerFile(request, response);
  }

  answerHealth(response) {
    ++this.asked;
    if (typeof this.answers === 'function') {
      this.answers(response);
      return;
    }
    const text = fs.readFileSync(path.join(this.fixtures, `${this.answers}.json`), 'utf8');
    response.writeHead(JSON.parse(text).status === 'fail' ? 503 : 200, {'Content-Type': 'application/health+json'});
    response.end(text);
  }

  // The program's own choice of a language is a unit test's.
  answerFile(request, response) {
    const language = request.headers['accept-language']?.startsWith('zh') ? 'zh' : 'en';
    const name = request.url === '/' ? `page.${language}.html` : path.basename(request.url);
    const type = types[path.extname(name)];
    const file = path.join(this.files, name);
    if (!type || !fs.existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {'Content-Type': type}).end(fs.readFileSync(file));
  }
}
