// `npm start`: installs and builds what is missing, then runs the demo. In this process, so that Ctrl-C, a terminal's width and
// the exit status are the program's own.

process.argv.splice(2, 0, "demo");
await import("../bin/gibbs.js");
