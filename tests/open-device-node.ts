// How the shared test bodies open a device in Node: through Dawn, the adapter by GIBBS_DEVICE.
export { openDevice } from "../host-node/index.ts";
