// Runs every part of the suite and ends with one line: N passed, N failed, N skipped.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

const [whyNoLab = '', ...only] = process.argv.slice(2)
const VITEST = 'node_modules/vitest/vitest.mjs'
/** What single tests look for before they run. */
const NEEDS = "this machine or user lacks what they need (root, sshd, a login shell, Debian's tools)"
/** More than so many failed tests are no accident. */
const MOST_AGAIN = 10
/** CI gives it 90 minutes. No lab test begins later than this, none once more later than that, and then all has ended. */
const BEGIN_BEFORE_MS = 55 * 60_000
const AGAIN_BEFORE_MS = 74 * 60_000
const END_BEFORE_MS = 86 * 60_000
/** Files whose tests stand by themselves; in others a test goes on where the one before it ended. */
const IN_ANY_ORDER = /\/test\/(wire\/|lab\/scenarios-)/
const results = mkdtempSync(join(tmpdir(), 'mmha-test-'))
/** When test.sh began, which may have installed things first. */
const begun = Number(process.env.MMHA_BEGUN_S ?? Date.now() / 1000) * 1000
/** What is drawn: a test that failed is run once more with the same. */
process.env.MMHA_CUT_SEED ??= `${Math.floor(begun / 1000) % 100_000}`
const total = { passed: 0, failed: 0, skipped: 0 }
const leftOut = []
/** Failed beside others, passed alone. */
const passedAlone = []
/** Said once more at the very end: a log may be cut to its tail. */
const failures = []

function run(title, command, args, timeout) {
  const started = Date.now()
  process.stdout.write(`\n== ${title}\n`)
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], timeout })
  process.stdout.write(
    `== ${title}: ${status === 0 ? 'ok' : 'FAILED'}, ${((Date.now() - started) / 1000).toFixed(1)} s\n`,
  )
  return status === 0
}

function check(title, command, args) {
  if (run(title, command, args)) total.passed += 1
  else {
    total.failed += 1
    failures.push(title)
  }
}

/** Runs vitest. @returns what became of each test, by file, and how many errors came outside of any; null: it wrote no report */
function report(title, args, timeout) {
  const file = join(results, 'report.json')
  rmSync(file, { force: true })
  const outside = join(results, 'outside')
  rmSync(outside, { force: true })
  process.env.MMHA_OUTSIDE = outside
  const reporters = [
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    '--reporter=./scripts/errors-outside.mjs',
  ]
  const ok = run(title, process.execPath, [VITEST, 'run', ...args, ...reporters], timeout)
  try {
    const errors = Number(readFileSync(outside, 'utf8'))
    const files = JSON.parse(readFileSync(file, 'utf8')).testResults.map(
      ({ name, status, message, assertionResults }) => {
        const tests = assertionResults.map(({ fullName, ancestorTitles: [block = ''], status, failureMessages }) => ({
          fullName,
          block,
          status: status === 'passed' || status === 'failed' ? status : 'skipped',
          reason: reasonOf(failureMessages[0]),
        }))
        // What kept the file from running, before or after its tests.
        const broken = status === 'failed' && !tests.some((one) => one.status === 'failed')
        return { name, tests, broken: broken ? reasonOf(message) || 'failed outside of its tests, see above' : '' }
      },
    )
    return { ok, files, errors }
  } catch {
    return null
  }
}

function vitest(project) {
  const late = join(results, 'left-out')
  process.env.MMHA_LEFT_OUT = late
  process.env.MMHA_BEGIN_UNTIL = `${begun + BEGIN_BEFORE_MS}`
  const first = report(`${project} tests`, ['--project', project], END_BEFORE_MS - (Date.now() - begun))
  delete process.env.MMHA_LEFT_OUT
  delete process.env.MMHA_BEGIN_UNTIL
  if (first === null) {
    total.failed += 1
    failures.push(`${project} tests: vitest wrote no report`)
    return
  }
  const tooLate = existsSync(late) ? readFileSync(late, 'utf8').trim().split('\n') : []
  again(project, first.files, new Set(tooLate.map((name) => name.replaceAll(' > ', ' '))))
  const before = failures.length
  let skipped = 0
  for (const { name, tests, broken } of first.files) {
    const file = relative(process.cwd(), name)
    if (broken) failures.push(`${file}: ${broken}`)
    for (const { fullName, status, reason } of tests) {
      if (status === 'passed') total.passed += 1
      else if (status === 'skipped') skipped += 1
      else failures.push(`${file} > ${fullName}: ${reason}`)
    }
  }
  const explained = failures.length > before || passedAlone.some((one) => one.project === project)
  if (first.errors > 0 || !(first.ok || explained))
    failures.push(`${project} tests: vitest ended with an error of its own`)
  total.failed += failures.length - before
  total.skipped += skipped
  if (tooLate.length > 0)
    leftOut.push(
      `${tooLate.length} of the ${project} tests, ${BEGIN_BEFORE_MS / 60_000} min had gone: ${tooLate.join('; ')}`,
    )
  const others = skipped - tooLate.length
  if (others > 0) leftOut.push(`${others} of the ${project} tests: ${NEEDS}`)
}

/**
 * A test of real daemons against real time may fail because the machine stood still, or because of what ran beside it. A few
 * that failed are run once more, alone: what fails again has failed; what passes is said at the end, with why it failed.
 */
function again(project, files, tooLate) {
  const failed = files.filter(({ tests, broken }) => broken || tests.some(({ status }) => status === 'failed'))
  const count = failed.flatMap(({ tests, broken }) =>
    broken ? [broken] : tests.filter(({ status }) => status === 'failed'),
  ).length
  if (count > MOST_AGAIN) return
  for (const file of failed) {
    if (Date.now() - begun > AGAIN_BEFORE_MS) return
    const name = relative(process.cwd(), file.name)
    const inAnyOrder = IN_ANY_ORDER.test(file.name)
    // Tests after a failed one may have been left out because of it.
    const open = file.tests.filter(({ status, fullName }) => status !== 'passed' && !tooLate.has(`${name} ${fullName}`))
    const titles = [...new Set(open.map(({ fullName, block }) => (inAnyOrder ? fullName : block)))]
    const pattern = titles.map((title) => title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
    // Where one test goes on from another, all of them that stand together.
    const chosen = pattern === '' ? [] : ['--testNamePattern', `^(${pattern})${inAnyOrder ? '$' : ''}`]
    const args = ['--project', project, '--maxConcurrency', '1', ...chosen, name]
    const second = report(`once more: ${name}`, args, END_BEFORE_MS - (Date.now() - begun))?.files.find(
      (one) => one.name === file.name,
    )
    if (second === undefined || second.broken) continue
    if (!inAnyOrder && second.tests.some(({ status }) => status === 'failed')) continue
    if (file.broken) passedAlone.push({ project, title: name, reason: file.broken })
    file.broken = ''
    for (const test of file.tests) {
      const { status } = second.tests.find(({ fullName }) => fullName === test.fullName) ?? test
      if (test.status === 'passed' || status === 'skipped') continue
      if (test.status === 'failed' && status === 'passed')
        passedAlone.push({ project, title: `${name} > ${test.fullName}`, reason: test.reason })
      test.status = status
    }
  }
}

/** In one line, without the stack. */
function reasonOf(text = '') {
  const [reason] = stripVTControlCharacters(text).split(/\n\s+at /, 1)
  return reason.replace(/\s*\n\s*/g, ' | ')
}

const parts = [
  ['types', () => check('type check', process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'])],
  ['lint', () => check('lint', process.execPath, ['scripts/biome.mjs', 'check', '--error-on-warnings', '.'])],
  ['build', () => check('build', process.execPath, ['scripts/build.mjs'])],
  ['unit', () => vitest('unit')],
  ['wire', () => (whyNoLab ? leftOut.push(`wire tests: ${whyNoLab}`) : vitest('wire'))],
  ['lab', () => (whyNoLab ? leftOut.push(`lab tests: ${whyNoLab}`) : vitest('lab'))],
]

try {
  for (const [name, part] of parts) if (only.length === 0 || only.includes(name)) part()
} finally {
  rmSync(results, { recursive: true, force: true })
}
/** What is said last about a run is at the end of its output. */
const cut = (text, room) =>
  text.length <= room ? text : `${text.slice(0, room / 2)} … ${text.slice(text.length - room / 2)}`
for (const reason of leftOut) process.stdout.write(`left out: ${reason}\n`)
for (const { title, reason } of passedAlone)
  process.stdout.write(`failed, and passed when it was run alone: ${title}: ${cut(reason, 300)}\n`)
// All of them together are to fit into a log's tail; often the first one is the cause of the others.
const room = (index) =>
  index === 0 ? 2000 : index === 1 ? 1000 : Math.max(240, Math.min(1000, 2000 / failures.length))
for (const [index, failure] of failures.entries()) process.stdout.write(`FAILED: ${cut(failure, room(index))}\n`)
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
process.exitCode = total.failed === 0 ? 0 : 1
