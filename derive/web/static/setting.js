import { checking } from "./check.js";
export { checking };
