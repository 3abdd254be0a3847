export const NETWORK = "";
