// The smallest site with it: LINKS=/srv/dumps/links.json SITE=https://dumps.example.org/ node example.mjs
// Three requests a day and client. npm install express express-rate-limit
import express from 'express';
import { rateLimit } from 'express-rate-limit';
import { Notices } from './spillway-notices.mjs';

const notices = new Notices({
  links: process.env.LINKS,
  site: process.env.SITE,
  documentation: 'https://example.org/docs/limits',
  contact: 'mailto:data@example.org',
  check: process.env.CHECK,
});
const limiter = rateLimit({
  windowMs: 24 * 60 * 60 * 1000,
  limit: 3,
  standardHeaders: 'draft-8',
  legacyHeaders: false,
  handler: notices.handler,
});

const app = express();
app.use(['/api', '/query', '/other'], limiter, (req, res) => res.json({ results: [] }));
const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
