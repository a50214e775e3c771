import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Sink } from '../events/event.ts'
import { shellQuote } from '../modules/step.ts'
import { type AptSource, mirrorsAmong, networkOptions, parseDeb822, parseOneLine, sourcesFor } from './apt-sources.ts'
import { attempt, must } from './command.ts'
import { lockFile } from './file-lock.ts'
import { FLAVOURS, type FlavourName, type Recipe, recipeHash } from './flavour.ts'
import { IMAGE_FILES, IMAGE_LINKS, REMOVED_FROM_IMAGE } from './image-files.ts'
import { cacheRoot } from './place.ts'
import { placeFiles, placeLinks, removeFiles } from './place-files.ts'
import { indexRepository } from './repository.ts'
import { listLabs } from './state.ts'

/** An image in the cache: never written to after it was made. */
export interface Image {
  readonly flavour: FlavourName
  /** Root file system of a fresh host: neither a database nor our daemon in it. */
  readonly root: string
  /** apt repository with the server and all that it needs beyond the image. */
  readonly repository: string
}

const RECIPE = 'recipe.json'
const SHELL = 'usr/bin/sh'

/** Code of the error that says that the distribution doesn't have the server (any more). */
export const SERVER_UNAVAILABLE = 'LAB_SERVER_UNAVAILABLE'

/**
 * The flavour's image: from the cache, or made now (about half a minute, needs the network).
 * Two who want the same image at once: one builds, the other waits for it.
 * @throws MmhaError `LAB_SERVER_UNAVAILABLE` when the suite hasn't the packages, `LAB_IMAGE_FAILED` otherwise.
 */
export async function ensureImage(flavour: FlavourName, sink: Sink, signal?: AbortSignal): Promise<Image> {
  const recipe = FLAVOURS[flavour]
  const images = join(cacheRoot(), 'images')
  const folder = join(images, `${flavour}-${recipeHash({ recipe, files: [IMAGE_FILES, IMAGE_LINKS] })}`)
  const image = { flavour, root: join(folder, 'root'), repository: join(folder, 'repository') }
  if (isWhole(folder)) return image
  mkdirSync(images, { recursive: true })
  const lock = await buildLock(join(images, `.${flavour}.lock`), flavour, sink)
  try {
    if (isWhole(folder)) return image
    removeDamaged(folder, flavour, sink)
    for (const left of readdirSync(images).filter((name) => name.startsWith(`.build-${flavour}-`))) {
      rmSync(join(images, left), { recursive: true, force: true, maxRetries: 5 })
    }
    const started = performance.now()
    sink({
      code: 'lab.image.build',
      level: 'info',
      message: `making the image for ${flavour} from Debian ${recipe.suite} (once; about half a minute)`,
      data: { flavour, suite: recipe.suite },
    })
    const building = join(images, `.build-${flavour}-${process.pid}`)
    await build(recipe, building, sink, signal)
    renameSync(building, folder)
    const seconds = Math.round((performance.now() - started) / 1000)
    sink({
      code: 'lab.image.ready',
      level: 'info',
      message: `image for ${flavour} made in ${seconds} s: ${folder}`,
      data: { flavour, folder, seconds },
    })
    return image
  } finally {
    await lock.release()
  }
}

/** Whether an image's folder is there with all that was put in: someone who clears up can take a part of it away. */
export function isWhole(folder: string): boolean {
  try {
    const { packages }: { readonly packages: number } = JSON.parse(readFileSync(join(folder, RECIPE), 'utf8'))
    const files = readdirSync(join(folder, 'repository'))
    const debs = files.filter((name) => name.endsWith('.deb')).length
    return debs === packages && files.includes('Packages') && existsSync(join(folder, 'root', SHELL))
  } catch {
    return false
  }
}

/** @throws MmhaError `LAB_IMAGE_DAMAGED` when a running lab's hosts are layers above it. */
function removeDamaged(folder: string, flavour: FlavourName, sink: Sink): void {
  if (!existsSync(folder)) return
  const user = listLabs().find(({ image }) => image.root === join(folder, 'root'))
  if (user !== undefined) {
    throw new MmhaError(`parts of the image for ${flavour} are gone (${folder}), and the lab ${user.name} uses it`, {
      code: 'LAB_IMAGE_DAMAGED',
      source: 'user',
      exit: EXIT.failed,
      hint: `mmha lab down --name ${user.name}, then run this again: the image is made anew`,
    })
  }
  sink({
    code: 'lab.image.damaged',
    level: 'warn',
    message: `parts of the image for ${flavour} are gone: it is made anew (${folder})`,
    data: { flavour, folder },
  })
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

async function buildLock(path: string, flavour: FlavourName, sink: Sink) {
  const first = await lockFile(path, 0)
  if (typeof first !== 'string') return first
  sink({
    code: 'lab.image.wait',
    level: 'info',
    message: `process ${first.trim()} is making the image for ${flavour}: waiting for it`,
  })
  const lock = await lockFile(path, 1800)
  if (typeof lock !== 'string') return lock
  throw new MmhaError(`the image for ${flavour} has been in the making by process ${lock.trim()} for half an hour`, {
    code: 'LAB_LOCKED',
    source: 'user',
    exit: EXIT.locked,
    hint: `end that process, then run this again`,
  })
}

async function build(recipe: Recipe, folder: string, sink: Sink, signal: AbortSignal | undefined): Promise<void> {
  const root = join(folder, 'root')
  const repository = join(folder, 'repository')
  mkdirSync(join(repository, 'partial'), { recursive: true })
  const download = [
    'APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get --yes --no-install-recommends --download-only',
    `-o Dir::Cache::archives=${shellQuote(repository)} install ${recipe.server.join(' ')}`,
  ].join(' ')
  const sources = sourcesFor(machineMirrors(), recipe.suite, recipe.updates)
  const network = networkOptions(await must(['apt-config', 'dump']))
  const result = await attempt(
    [
      // In namespaces of its own and tied to our life: killed at any moment, it leaves no process and no mount.
      ...(['setpriv', '--pdeathsig', 'KILL'] as const),
      ...['unshare', '--mount', '--pid', '--fork', '--kill-child=KILL', '--mount-proc'],
      'mmdebstrap',
      ...recipe.bootstrapOptions,
      ...network.map((option) => `--aptopt=${option}`),
      `--include=${recipe.base.join(',')}`,
      `--customize-hook=${download}`,
      ...[recipe.suite, root, '-'],
    ],
    {
      input: `${sources.join('\n')}\n`,
      env: { DEBIAN_FRONTEND: 'noninteractive' },
      signal,
      onErrorLine: (line) => {
        const progress = /^I: (installing|extracting|running --customize|automatically|downloading) ?.*/.exec(line)
        if (progress) sink({ code: 'lab.image.progress', level: 'info', message: `  ${line.slice(3)}` })
      },
    },
  )
  if (result.code !== 0) throw buildError(recipe, `${result.stdout}\n${result.stderr}`)
  removeFiles(root, REMOVED_FROM_IMAGE)
  placeFiles(root, IMAGE_FILES)
  placeLinks(root, IMAGE_LINKS)
  mkdirSync(join(root, 'var/log/journal'), { recursive: true })
  for (const left of ['partial', 'lock']) rmSync(join(repository, left), { recursive: true, force: true })
  const packages = await indexRepository(repository, recipe.suite)
  writeFileSync(join(folder, RECIPE), `${JSON.stringify({ ...recipe, sources, packages }, null, 2)}\n`)
}

function buildError(recipe: Recipe, output: string): MmhaError {
  const lines = output.split('\n').filter((line) => /^(E|Err|W):?|unmet|Depends/.test(line.trim()))
  const why = lines.slice(-6).join('\n')
  const unavailable =
    /Unable to locate package|no installation candidate|unmet dependencies|Unable to correct|404 +Not Found/.test(
      output,
    )
  return unavailable
    ? new MmhaError(`Debian ${recipe.suite} does not have ${recipe.server.join(', ')} now: ${why}`, {
        code: SERVER_UNAVAILABLE,
        source: 'user',
        exit: EXIT.failed,
        hint: 'take another server: --server mariadb-11.8',
      })
    : new MmhaError(`the image from Debian ${recipe.suite} could not be made: ${why}`, {
        code: 'LAB_IMAGE_FAILED',
        source: 'user',
        exit: EXIT.failed,
        hint: 'check that `apt-get update` works on this machine, then run this again',
      })
}

/** As this machine itself is set up. @throws MmhaError LAB_NO_MIRROR */
export function machineMirrors() {
  const parts = '/etc/apt/sources.list.d'
  const files = existsSync(parts) ? readdirSync(parts).map((name) => join(parts, name)) : []
  const read = (path: string, parse: (text: string) => readonly AptSource[]) =>
    existsSync(path) ? parse(readFileSync(path, 'utf8')) : []
  const mirrors = mirrorsAmong([
    ...files.filter((file) => file.endsWith('.sources')).flatMap((file) => read(file, parseDeb822)),
    ...[...files.filter((file) => file.endsWith('.list')), '/etc/apt/sources.list'].flatMap((file) =>
      read(file, parseOneLine),
    ),
  ])
  if (mirrors !== null) return mirrors
  throw new MmhaError('no mirror of the Debian archive in /etc/apt/sources.list and /etc/apt/sources.list.d', {
    code: 'LAB_NO_MIRROR',
    source: 'user',
    exit: EXIT.invalid,
    hint: 'the lab makes its hosts from the mirror that this machine itself uses: add one',
  })
}
