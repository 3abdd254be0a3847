// A browser may name a language that no standard knows: started with LANG=C, Chrome says "en-US@posix". uPlot asks Intl for the numbers of
// that language as it is loaded, which throws, so this module comes before it. The pages are in English, and so are their numbers.

try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en", configurable: true });
}
