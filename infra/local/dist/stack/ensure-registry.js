import { LocalStackError, messageOf } from "../errors.js";
import { healthCheckTimeoutMs } from "../limits.js";
import { compatibilityLevel } from "../stack-definition.js";
/**
 * Sets the global compatibility level and reads it back. It must happen before the first schema is
 * registered: a registry begins with a level that lets everything pass.
 *
 * Errors: {@link LocalStackError} when the registry refuses or says another level afterwards.
 */
export async function ensureRegistry(access) {
    const config = `${access.registryUrl.replace(/\/+$/, '')}/config`;
    const put = await ask(config, access, { compatibility: compatibilityLevel });
    const got = put.ok ? await ask(config, access) : put;
    const level = got.body['compatibilityLevel'] ?? got.body['compatibility'];
    if (!got.ok || level !== compatibilityLevel)
        throw new LocalStackError(`the schema registry at ${config} does not take the level ${compatibilityLevel}: it answers ${got.status} ${JSON.stringify(got.body)}`);
}
async function ask(url, access, body) {
    const { auth } = access;
    const basic = auth && Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
    try {
        const response = await fetch(url, {
            method: body ? 'PUT' : 'GET',
            headers: {
                'content-type': 'application/vnd.schemaregistry.v1+json',
                ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }),
            },
            ...(body ? { body: JSON.stringify(body) } : {}),
            signal: AbortSignal.timeout(healthCheckTimeoutMs),
        });
        const parsed = await response.json().catch(() => ({}));
        const fields = typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
        return { ok: response.ok, status: response.status, body: fields };
    }
    catch (error) {
        throw new LocalStackError(`the schema registry at ${url} does not answer: ${messageOf(error)}`);
    }
}
//# sourceMappingURL=ensure-registry.js.map