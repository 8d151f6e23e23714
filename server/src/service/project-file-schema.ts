import * as z from 'zod/v4-mini';
import { type RuleId, rules } from '../findings/registry.ts';
import { vendors } from '../kernel/target-kernel.ts';

const ruleIds = Object.keys(rules) as [RuleId, ...RuleId[]];

/** A schema with the sentence that the editor shows on hover and in completion. */
function described<Schema extends z.ZodMiniType>(schema: Schema, description: string): Schema {
  return schema.check(z.meta({ description })) as Schema;
}

const path = z.string().check(z.minLength(1));
const level = z.enum(['off', 'hint', 'info', 'warning', 'error']);

const sources = described(
  z.array(path).check(z.minLength(1)),
  'Paths from the folder of this file: a kernel build tree, headers, a root file system or its lib/modules/RELEASE, Module.symvers of a provider, a kernel image, pins, or a module known to load. More sources give more facts.',
);

export const targetSchema = z.union([
  described(path, 'The only source.'),
  sources,
  z.strictObject({
    sources,
    expect: z.optional(
      described(z.string().check(z.minLength(1)), 'The vermagic expected of this kernel, or a file that holds it.'),
    ),
    trustedKeys: z.optional(
      described(
        z.array(
          z.union([
            described(path, 'A certificate enrolled as Machine Owner Key (MOK).'),
            z.strictObject({ file: path, keyring: z.enum(['builtin', 'secondary', 'machine', 'platform']) }),
          ]),
        ),
        'Certificates (DER or PEM) that the machine trusts beyond what its kernel says: paths of MOK files, or { "file", "keyring" }.',
      ),
    ),
    vendor: z.optional(
      described(
        z.enum(vendors),
        'Whose kernel it is, where the sources do not show it: distributors check symbol versions and signatures in their own ways.',
      ),
    ),
    release: z.optional(described(path, 'Which kernel is meant, where a root file system has modules of several.')),
  }),
]);

export const policySchema = z.strictObject({
  packs: z.optional(
    described(z.array(z.enum(['jetson-l4t', 'debian', 'ubuntu', 'raspberry-pi'])), 'Built-in policies to apply.'),
  ),
  packages: z.optional(
    z.strictObject({
      forbid: z.optional(
        described(
          z.array(z.union([path, z.strictObject({ glob: path, why: z.optional(z.string()) })])),
          'Packages that may never be installed: globs over the name.',
        ),
      ),
      requireHold: z.optional(
        described(z.array(path), 'Packages that have to be held before anything is upgraded: globs over the name.'),
      ),
    }),
  ),
  rules: z.optional(described(z.partialRecord(z.enum(ruleIds), level), 'Levels of rules in this project.')),
  allowed: z.optional(
    described(
      z.array(
        z.strictObject({
          rule: z.enum(ruleIds),
          match: z.optional(path),
          path: z.optional(path),
          reason: path,
        }),
      ),
      'What the project permits although a rule speaks against it, each with its reason.',
    ),
  ),
  containerOnly: z.optional(described(z.boolean(), 'Kernel and modules are built in the container only.')),
  forbidErrorSuppression: z.optional(described(z.boolean(), 'Comments may not silence findings of level error.')),
});

const containerSchema = z.strictObject({
  engine: z.optional(
    described(
      z.enum(['docker', 'podman', 'sudo docker', 'sudo podman', 'devcontainer']),
      'What runs containers; without it, whichever of docker and podman is there.',
    ),
  ),
  image: z.optional(described(path, 'The image that phases run in.')),
  mounts: z.optional(
    described(
      z.array(path),
      'Further folders that the container sees: HOST:CONTAINER or HOST:CONTAINER:ro. The project itself lies in /src.',
    ),
  ),
  workdir: z.optional(described(path, 'Where the project lies inside the container; /src unless you say otherwise.')),
  user: z.optional(described(path, 'User inside the container, as USER or USER:GROUP.')),
});

const paths = z.array(path);

export const pipelineSchema = z.strictObject({
  container: z.optional(containerSchema),
  phases: z.optional(
    z.array(
      z.strictObject({
        name: path,
        command: described(z.array(z.string()).check(z.minLength(1)), 'Program and arguments; no shell is involved.'),
        kind: z.optional(
          described(
            z.enum(['image', 'source', 'kernel', 'modules', 'headers', 'rootfs', 'audit', 'flash', 'other']),
            'What the phase is for, where its name does not say. A phase of kind flash is never run.',
          ),
        ),
        container: z.optional(
          described(
            z.union([z.boolean(), containerSchema]),
            'Another container for this phase; false: on this machine.',
          ),
        ),
        cwd: z.optional(described(path, 'Folder to run in, from the folder of this file.')),
        env: z.optional(described(z.record(z.string(), z.string()), 'Environment variables, taken as they are.')),
        inputs: z.optional(
          described(
            paths,
            'Files and globs that the outputs are made from; FILE#NAME,NAME for single values of a file.',
          ),
        ),
        outputs: z.optional(described(paths, 'What the phase makes: files, folders, globs.')),
        makesImage: z.optional(described(path, 'The container image that the phase builds.')),
        gate: z.optional(described(z.array(z.string()), 'vermagic commands that must pass after the phase.')),
        after: z.optional(
          described(z.array(z.string()), 'Phases that come before; otherwise found from inputs and outputs.'),
        ),
      }),
    ),
  ),
});

/** vermagic.json. Unknown keys are misspellings, wherever they stand. */
export const projectFileSchema = z.strictObject({
  $schema: z.optional(z.string()),
  defaultTarget: z.optional(described(path, 'The target that is selected unless someone selects another.')),
  targets: z.optional(
    described(z.record(z.string().check(z.minLength(1)), targetSchema), 'The kernels this project is for, by name.'),
  ),
  policy: z.optional(described(policySchema, "The project's own law.")),
  pipeline: z.optional(described(pipelineSchema, 'How the project builds kernel and modules.')),
});

export type PolicySection = z.infer<typeof policySchema>;
export type PipelineSection = z.infer<typeof pipelineSchema>;

/** The JSON schema (draft 2020-12 reduced to draft 7, which editors read) that the extension contributes for vermagic.json. */
export function projectFileJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(projectFileSchema, { target: 'draft-7', io: 'input' });
  return { ...schema, title: 'Vermagic project', allowComments: true, allowTrailingCommas: true };
}
