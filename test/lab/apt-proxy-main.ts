import { type ProxyOptions, serve } from './apt-proxy.ts';

serve(JSON.parse(process.argv[2] ?? '{}') as ProxyOptions);
