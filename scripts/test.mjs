// Runs every part of the suite and ends with one line: N passed, N failed, N skipped.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

const [whyNoLab = '', ...only] = process.argv.slice(2)
const VITEST = 'node_modules/vitest/vitest.mjs'
/** What single tests look for before they run. */
const NEEDS = "this machine or user lacks what they need (root, sshd, a login shell, Debian's tools)"
const results = mkdtempSync(join(tmpdir(), 'mmha-test-'))
const total = { passed: 0, failed: 0, skipped: 0 }
const leftOut = []
/** Said once more at the very end: a log may be cut to its tail. */
const failures = []

function run(title, command, args) {
  const started = Date.now()
  process.stdout.write(`\n== ${title}\n`)
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
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

function vitest(project) {
  const file = join(results, `${project}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const ok = run(`${project} tests`, process.execPath, [VITEST, 'run', '--project', project, ...reporters])
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    total.passed += report.numPassedTests
    total.failed += report.numFailedTests
    const skipped = report.numPendingTests + report.numTodoTests
    total.skipped += skipped
    if (skipped > 0) leftOut.push(`${skipped} of the ${project} tests: ${NEEDS}`)
    const before = failures.length
    for (const file of report.testResults) failures.push(...failedIn(file))
    if (!ok && report.numFailedTests === 0) total.failed += 1
    if (!ok && failures.length === before) failures.push(`${project} tests: vitest ended with an error of its own`)
  } catch {
    total.failed += 1
    failures.push(`${project} tests: vitest wrote no report`)
  }
}

/** Name and the begin of the reason of each test that failed in a file, or of what kept the file from running. */
function failedIn({ name, status, message, assertionResults }) {
  const file = relative(process.cwd(), name)
  const failed = assertionResults.filter((one) => one.status === 'failed')
  if (failed.length === 0 && status === 'failed')
    return [`${file}: ${reasonOf(message) || 'failed before or after its tests, see above'}`]
  return failed.map((one) => `${file} > ${one.fullName}: ${reasonOf(one.failureMessages[0])}`)
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
for (const reason of leftOut) process.stdout.write(`left out: ${reason}\n`)
// All of them together are to fit into a log's tail; often the first one is the cause of the others.
const room = (index) =>
  index === 0 ? 2000 : index === 1 ? 1000 : Math.max(120, Math.min(1000, 2000 / failures.length))
for (const [index, failure] of failures.entries()) process.stdout.write(`FAILED: ${failure.slice(0, room(index))}\n`)
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
process.exitCode = total.failed === 0 ? 0 : 1
