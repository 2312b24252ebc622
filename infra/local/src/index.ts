export { LocalStackError } from './errors.ts';
export { findChromium } from './chromium.ts';
export type { Report } from './report.ts';
export { kafkaClasspath } from './parts/kafka.ts';
export { findJava } from './process/find-tool.ts';
export type { PartName, StackPorts } from './stack-definition.ts';
export { defaultPorts } from './stack-definition.ts';
export type { StackAddresses } from './stack/addresses.ts';
export type { RegistryAccess } from './stack/ensure-registry.ts';
export { ensureRegistry } from './stack/ensure-registry.ts';
export type {
  EnsuredTopics,
  EnsureTopicsOptions,
  KafkaAccess,
  TopicDrift,
} from './stack/ensure-topics.ts';
export { ensureTopics } from './stack/ensure-topics.ts';
export type { OpenStackOptions, Stack } from './stack/open-stack.ts';
export { openStack } from './stack/open-stack.ts';
export type { PlatformPorts, ProcessName } from './platform/platform-definition.ts';
export { coreProcesses, processNames } from './platform/platform-definition.ts';
export type { PlatformProcess } from './platform/platform-process.ts';
export type { OpenPlatformOptions, Platform, PlatformServers } from './platform/open-platform.ts';
export { freePlatformPorts, openPlatform, portRecord } from './platform/open-platform.ts';
export type { Servers } from './platform/start-command.ts';
export { openServers } from './platform/start-command.ts';
export { furnishServers } from './stack/furnish-stack.ts';
export type { LocalConfig } from './config.ts';
export { localConfig, localConfigSchema } from './config.ts';
export { foldersOf } from './paths.ts';
export { platformPortsSchema } from './platform/platform-definition.ts';
export { freePorts } from './ports.ts';
export { hasPython, pythonEnvironment } from './python-environment.ts';
export type { CommandResult } from './process/run-command.ts';
export { runCommand } from './process/run-command.ts';
