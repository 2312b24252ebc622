export { LocalStackError } from "./errors.js";
export { defaultPorts } from "./stack-definition.js";
export { ensureRegistry } from "./stack/ensure-registry.js";
export { ensureTopics } from "./stack/ensure-topics.js";
export { openStack } from "./stack/open-stack.js";
//# sourceMappingURL=index.js.map