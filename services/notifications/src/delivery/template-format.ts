import type { TemplateFormat } from './template.ts';

/** How values are escaped in a body of this type. */
export function formatOfType(contentType: string): TemplateFormat {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (/^application\/([\w.+-]+\+)?json$/.test(type)) return 'JSON';
  return type === 'application/x-www-form-urlencoded' ? 'FORM' : 'TEXT';
}
