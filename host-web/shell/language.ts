// Numbers in the language of the pages, which is English, whatever the browser's is. This module comes before uPlot: that asks Intl, as it
// is loaded, for numbers in the browser's language, and a browser may name one that no standard knows. Started with LANG=C, Chrome says
// "en-US@posix", and Intl throws.

try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en", configurable: true });
}

/** Without the rounding of binary fractions, and with a point: where 10.000 is ten thousand, uPlot's own would mislead. */
export const numberText = (value: number) => String(Number(value.toPrecision(12)));
