/** What a tool that cannot read single-file components takes them for; vue-tsc reads them. */
declare module '*.vue' {
  import type { DefineComponent } from 'vue';
  const component: DefineComponent<Record<string, unknown>>;
  export default component;
}
