export { DetailedError, Upload } from "tus-js-client";
