// Which chunks of the site are data: numbers in base64 are most of their text.

/** @param {string} text */
export const isData = (text) => (/[\w+/]{4000,}/.exec(text)?.[0].length ?? 0) > text.length / 2;
