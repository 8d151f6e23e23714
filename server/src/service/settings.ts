import * as z from 'zod/v4-mini';
import { type RuleId, rules } from '../findings/registry.ts';

const ruleIds = Object.keys(rules) as [RuleId, ...RuleId[]];

/** The settings under `vermagic.` that the server reads. package.json describes the same; a test compares them. */
export const settingsSchema = z.object({
  targets: z._default(z.record(z.string(), z.array(z.string())), {}),
  /** '' leaves the choice to Vermagic. */
  selectedTarget: z._default(z.string(), ''),
  rules: z._default(z.partialRecord(z.enum(ruleIds), z.enum(['off', 'info', 'warning', 'error', 'hint'])), {}),
  markdownFences: z._default(z.boolean(), false),
});

export type Settings = z.infer<typeof settingsSchema>;

export const defaultSettings: Settings = settingsSchema.parse({});

/**
 * The settings of `input`; a part that is wrong keeps its value in `lastGood`, and is named in `problems`.
 */
export function readSettings(input: unknown, lastGood: Settings): { settings: Settings; problems: string[] } {
  if (typeof input !== 'object' || input === null) return { settings: lastGood, problems: [] };
  const settings: Record<string, unknown> = { ...lastGood };
  const problems: string[] = [];
  for (const [key, schema] of Object.entries(settingsSchema.shape)) {
    const given = (input as Record<string, unknown>)[key];
    const result = z.safeParse(schema, given ?? undefined);
    if (result.success) settings[key] = result.data;
    else problems.push(`vermagic.${key}: ${result.error.issues.map((issue) => issue.message).join('; ')}`);
  }
  return { settings: settings as Settings, problems };
}
