// What a page of the site may load and run: files of the site, and nothing that was written into a page. It stands in the page itself, for a
// static server sends no headers of its own.

/** Styles may stand in a page: those of equations, of code in the docs and of their search, and of notebooks around a run. Pictures in addresses are icons, and what users give or save. */
const POLICY = {
  "default-src": "'none'",
  "script-src": "'self'",
  "worker-src": "'self'",
  "style-src": "'self' 'unsafe-inline'",
  "img-src": "'self' data: blob:",
  "media-src": "'self' blob:",
  "connect-src": "'self'",
  "frame-src": "'self'",
  "manifest-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
};

const text = Object.entries(POLICY)
  .map(([name, value]) => `${name} ${value}`)
  .join("; ");

/** A page with its policy, which holds from there on: first in its head. */
export const withPolicy = (html: string) =>
  html.replace(/<head>/, `<head>\n<meta http-equiv="Content-Security-Policy" content="${text}">`);
