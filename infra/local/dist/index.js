export { LocalStackError } from "./errors.js";
export { defaultPorts } from "./stack-definition.js";
export { ensureRegistry } from "./stack/ensure-registry.js";
export { ensureTopics } from "./stack/ensure-topics.js";
export { openStack } from "./stack/open-stack.js";
export { processNames } from "./platform/platform-definition.js";
export { openPlatform } from "./platform/open-platform.js";
export { localConfigSchema } from "./config.js";
export { platformPortsSchema } from "./platform/platform-definition.js";
//# sourceMappingURL=index.js.map