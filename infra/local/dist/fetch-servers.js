import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, LocalStackError, messageOf } from "./errors.js";
import { fetchTimeoutMs, progressEveryMs } from "./limits.js";
import { findMaven } from "./process/find-tool.js";
import { isAlive, ownIdentity } from "./process/identity.js";
import { runCommand } from "./process/run-command.js";
import { partLine, secondsSince } from "./report.js";
import { mavenDependencyPlugin } from "./stack-definition.js";
/**
 * The folder of a server's files, fetched through Maven if it is not in the cache. It is filled
 * under another name and renamed when complete, so that an interrupted download is never taken for
 * a whole one, and two that run at once do not disturb each other.
 *
 * Errors: {@link LocalStackError} with the last lines of Maven.
 */
export async function fetchServer(files, options) {
    const target = join(options.cacheFolder, files.name);
    if (existsSync(target))
        return target;
    const fetched = lastFetch.then(() => fetchNow(files, target, options));
    lastFetch = fetched.catch(() => undefined);
    await fetched;
    return target;
}
/** One Maven at a time: its local repository is not made for two that write the same file. */
let lastFetch = Promise.resolve();
async function fetchNow(files, target, options) {
    options.signal?.throwIfAborted();
    const maven = findMaven();
    const begin = performance.now();
    const say = (text) => options.report(partLine(files.part, text));
    say(`fetching ${files.title} through Maven (only once) …`);
    await makeFolder(options.cacheFolder);
    await removeLeftovers(options.cacheFolder);
    const own = ownIdentity();
    const partial = join(options.cacheFolder, `.partial-${own.pid}-${own.startToken}-${randomBytes(3).toString('hex')}`);
    await mkdir(partial);
    try {
        await runMaven({ ...options, maven, partial, files, say });
        await putInPlace(join(partial, 'files'), target);
    }
    finally {
        await rm(partial, { recursive: true, force: true });
    }
    say(`fetched ${files.title} (${secondsSince(begin)})`);
}
async function makeFolder(folder) {
    try {
        await mkdir(folder, { recursive: true });
    }
    catch (error) {
        throw new LocalStackError(`cannot write to the cache ${folder} (${codeOf(error)}): set PLUMBLINE_CACHE to another folder`);
    }
}
/** Folders of downloads whose process is gone. */
async function removeLeftovers(cacheFolder) {
    for (const name of await readdir(cacheFolder)) {
        const found = /^\.partial-(\d+)-(.+)-[0-9a-f]{6}$/.exec(name);
        if (!found)
            continue;
        if (isAlive({ pid: Number(found[1]), startToken: found[2] ?? '' }))
            continue;
        await rm(join(cacheFolder, name), { recursive: true, force: true });
    }
}
async function putInPlace(from, target) {
    try {
        await rename(from, target);
    }
    catch (error) {
        // Somebody else was quicker, with the same files.
        if (!existsSync(target))
            throw error;
    }
}
async function runMaven(run) {
    const { how, title } = run.files;
    const pom = join(run.partial, 'pom.xml');
    const output = join(run.partial, 'files');
    await writeFile(pom, pomOf(how.kind === 'copy' ? how.artifacts : []));
    let downloads = 0;
    const begin = performance.now();
    const ticker = setInterval(() => {
        const files = downloads === 0 ? '' : `${downloads} files so far, `;
        run.say(`still fetching ${title} (${files}${secondsSince(begin)})`);
    }, progressEveryMs);
    try {
        const result = await runCommand({
            command: run.maven,
            args: ['-B', '-f', pom, ...goalOf(how), `-DoutputDirectory=${output}`],
            timeoutMs: fetchTimeoutMs,
            ...(run.signal ? { signal: run.signal } : {}),
            onLine: (line) => {
                if (line.includes('Downloaded from '))
                    downloads += 1;
            },
        });
        run.signal?.throwIfAborted();
        if (result.code !== 0 || !existsSync(output))
            throw new LocalStackError(`Maven could not fetch ${title}: is the network there, and a mirror set in Maven's settings if one is needed?\n${lastErrors(result.output)}`);
    }
    catch (error) {
        if (error instanceof LocalStackError)
            throw error;
        throw new LocalStackError(`Maven could not fetch ${title}: ${messageOf(error)}`);
    }
    finally {
        clearInterval(ticker);
    }
}
const shownMavenLines = 8;
function lastErrors(output) {
    const errors = output.filter((line) => line.includes('ERROR'));
    const lines = errors.length > 0 ? errors.slice(0, shownMavenLines) : output.slice(-shownMavenLines);
    return lines.map((line) => `    ${line}`).join('\n');
}
function goalOf(how) {
    if (how.kind === 'copy')
        return [`${mavenDependencyPlugin}:copy-dependencies`, '-DincludeScope=runtime'];
    const { groupId, artifactId, version, type = 'jar', classifier } = how.artifact;
    const coordinates = [groupId, artifactId, version, type, classifier].filter(Boolean).join(':');
    return [
        `${mavenDependencyPlugin}:unpack`,
        `-Dartifact=${coordinates}`,
        ...(how.only === undefined ? [] : [`-Dmdep.unpack.includes=${how.only}`]),
    ];
}
export function pomOf(artifacts) {
    const dependency = (of) => `    <dependency><groupId>${of.groupId}</groupId><artifactId>${of.artifactId}</artifactId>` +
        `<version>${of.version}</version></dependency>\n`;
    return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>plumbline</groupId><artifactId>local-stack</artifactId><version>1</version>
  <packaging>pom</packaging>
  <dependencies>
${artifacts.map(dependency).join('')}  </dependencies>
</project>
`;
}
//# sourceMappingURL=fetch-servers.js.map