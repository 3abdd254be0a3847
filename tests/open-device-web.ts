// How the shared test bodies open a device in the browser.
export { openDevice } from "../host-web/index.ts";
