// What every page has; the others' scripts import it.
export {};
