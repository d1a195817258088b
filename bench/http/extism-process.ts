// Server of the http bench: Extism behind node:http, a plugin of its own for every request. Arguments: path of
// Extism's module, path of the plugin. Nobody looks at the request's body.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const [extismPath = '', pluginPath = ''] = process.argv.slice(2);
const { createPlugin } = await import(extismPath);
const module = new WebAssembly.Module(await readFile(pluginPath));

const server = createServer((request, response) => {
  request.resume();
  request.on('end', async () => {
    const plugin = await createPlugin(module, { useWasi: false, runInWorker: false });
    const output = await plugin.call('hello');
    const text = output.text();
    await plugin.close();
    response.setHeader('Content-Type', 'text/plain');
    response.end(text);
  });
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${(server.address() as AddressInfo).port}`));
