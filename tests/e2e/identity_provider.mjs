// An identity provider for tests, oidc-provider: node identity_provider.mjs FOLDER KEY.pem TTL
// FOLDER holds node_modules. Prints its issuer when it listens, and ends with standard input.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [folder, keyFile, lifetime] = process.argv.slice(2);
const { default: Provider } = await import(
  pathToFileURL(`${folder}/node_modules/oidc-provider/lib/index.js`));

const key = createPrivateKey(readFileSync(keyFile)).export({ format: 'jwk' });
Object.assign(key, { kid: 'test', use: 'sig', alg: key.kty === 'RSA' ? 'RS256' : 'ES256' });

const scope = 'mqtt.read:*/*/* mqtt.write:*/*/* mqtt.configure:*/*/*';
const resource = 'urn:mqtt:broker';
const grants = { device: 'urn:ietf:params:oauth:grant-type:device_code' };

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    jwks: { keys: [key] },
    cookies: { keys: ['only for tests'] },
    clientDefaults: { id_token_signed_response_alg: key.alg },
    scopes: ['openid', 'offline_access', ...scope.split(' ')],
    clients: [
      { client_id: 'sensor', client_secret: 'sensor-secret', grant_types: ['client_credentials'],
        response_types: [], redirect_uris: [] },
      { client_id: 'person', token_endpoint_auth_method: 'none', application_type: 'native',
        grant_types: [grants.device, 'refresh_token'], response_types: [], redirect_uris: [] },
    ],
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope, audience: 'mqtt', accessTokenFormat: 'jwt',
          accessTokenTTL: Number(lifetime), jwt: { sign: { alg: key.alg } } }),
      },
    },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    ttl: { ClientCredentials: Number(lifetime) },
  });
  server.on('request', provider.callback());
  console.log(issuer);
});
process.stdin.resume().on('end', () => process.exit(0));
