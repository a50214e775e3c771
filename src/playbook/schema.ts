import { z } from 'zod'

const name = z.string().min(1, 'must not be empty')
const tags = z.array(z.string().regex(/^[\w-]+$/, 'a tag is letters, digits, `-` and `_`'))
const variable = z.string().regex(/^[A-Za-z_]\w*$/, 'a name is letters, digits and `_`, and begins with no digit')
const vars = z.record(variable, z.unknown())
const when = z.union([z.string(), z.boolean()])
const list = z.union([z.string(), z.array(z.unknown())])

/** A task has one key more: the name of its module. */
const task = z.looseObject({
  name,
  when: when.optional(),
  tags: tags.optional(),
  notify: z.union([z.string(), z.array(z.string())]).optional(),
  vars: vars.optional(),
  /** A list, or an expression that gives one; `{{item}}` in the task is each of its entries. */
  loop: list.optional(),
  register: variable.optional(),
})

/** Stands where a task does: the tasks of a file, with what it says for all of them. */
const include = z.strictObject({
  name: name.optional(),
  include_tasks: name,
  when: when.optional(),
  tags: tags.optional(),
  vars: vars.optional(),
})

const role = z.strictObject({ role: name, when: when.optional(), tags: tags.optional(), vars: vars.optional() })

/** Keys of a task that are no module. */
export const TASK_KEYS: readonly string[] = ['name', 'when', 'tags', 'notify', 'vars', 'loop', 'register']

const play = z
  .strictObject({
    name,
    hosts: z.enum(['masters', 'm1', 'm2', 'client']),
    tags: tags.optional(),
    /** true or 1: one host after the other; a larger number: so many at once. */
    serial: z.union([z.boolean(), z.int().min(1, 'at least 1 host at a time')]).optional(),
    vars: vars.optional(),
    roles: z.array(z.union([name, role])).optional(),
    tasks: z.array(z.looseObject({})).optional(),
    handlers: z.array(z.looseObject({})).optional(),
  })
  .refine(({ tasks = [], roles = [] }) => tasks.length + roles.length > 0, {
    error: 'a play needs a task',
    path: ['tasks'],
  })

export const playbookSchema = z.union([z.array(play), z.strictObject({ vars: vars.optional(), plays: z.array(play) })])
/** A file of `include_tasks`, and of the tasks and handlers of a role. */
export const taskFileSchema = z.array(z.looseObject({}))
/** A role's defaults/main.yml. */
export const defaultsSchema = z.union([vars, z.null()])
export { include as includeSchema, task as taskSchema }

export type PlayDocument = z.infer<typeof play>
export type TaskDocument = z.infer<typeof task>
export type IncludeDocument = z.infer<typeof include>
export type Condition = z.infer<typeof when>
