import { z } from 'zod'

const name = z.string().min(1, 'must not be empty')
const tags = z.array(z.string().regex(/^[\w-]+$/, 'a tag is letters, digits, `-` and `_`'))

/** A task has one key more: the name of its module. */
const task = z.looseObject({
  name,
  when: z.union([z.string(), z.boolean()]).optional(),
  tags: tags.optional(),
  notify: z.union([z.string(), z.array(z.string())]).optional(),
})

export const TASK_KEYS: readonly string[] = ['name', 'when', 'tags', 'notify']

export const playbookSchema = z.array(
  z.strictObject({
    name,
    hosts: z.enum(['masters', 'm1', 'm2', 'client']),
    tags: tags.optional(),
    serial: z.boolean().optional(),
    vars: z.record(z.string(), z.unknown()).optional(),
    tasks: z.array(task).min(1, 'a play needs a task'),
    handlers: z.array(task).optional(),
  }),
)

export type PlaybookDocument = z.infer<typeof playbookSchema>
export type PlayDocument = PlaybookDocument[number]
export type TaskDocument = z.infer<typeof task>
