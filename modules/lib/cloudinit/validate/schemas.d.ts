declare module 'schema:*' {
  const compiled: import('./walk.ts').Compiled;
  export default compiled;
}
