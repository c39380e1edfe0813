import jsonata from 'jsonata';

/**
 * JSONata, cut down to what reads a value out of a message: no functions of one's own, no variables, no regular
 * expressions, no ranges, and only the built-in functions below. What is left cannot loop; bounds on steps and on the
 * processor's time stop what is merely large, and with it what it may fill memory with. One step may work on the whole
 * message, so that neither bound would do alone. JSONata has no input or output of its own. Version 1.8, because evaluation
 * in 2.x is asynchronous, and a decoder never waits.
 */
export interface CompiledExpression {
  /** @param input the message; @returns what the expression gives, undefined where the message has no such thing */
  evaluate(input: unknown): { value: unknown } | { problem: string };
}

const STEPS_MAX = 10_000;
/** A message of a sensor takes less than one. Of the processor: how long others keep it busy is not the rule's fault. */
const CPU_MS_MAX = 100;
/** Each may double what it is given, by escaping the quotes of the one inside. */
const STRING_CALLS_MAX = 3;

const FUNCTIONS: ReadonlySet<string> = new Set([
  'abs', 'average', 'boolean', 'ceil', 'contains', 'count', 'exists', 'floor', 'length', 'lookup', 'lowercase', 'max',
  'min', 'not', 'number', 'round', 'split', 'sqrt', 'string', 'substring', 'substringAfter', 'substringBefore', 'sum',
  'toMillis', 'trim', 'type', 'uppercase',
]); // prettier-ignore

/** Nodes that could loop, grow without bound or reach beyond the message. */
const FORBIDDEN_TYPES: ReadonlyMap<string, string> = new Map([
  ['lambda', 'functions of its own'],
  ['regex', 'regular expressions'],
  ['bind', 'variables'],
  ['partial', 'partly applied functions'],
  ['transform', 'transformations'],
  ['descendant', 'descendants (**)'],
]);

/** @throws RangeError with one sentence: a syntax error, or what the sandbox does not allow */
export function compileExpression(text: string): CompiledExpression {
  let expression: jsonata.Expression;
  try {
    expression = jsonata(text);
  } catch (error) {
    throw new RangeError(`"${text}" is no JSONata: ${messageOf(error)}.`, { cause: error });
  }
  const objection = objectionTo(expression.ast());
  if (objection !== undefined) throw new RangeError(`"${text}" uses ${objection}, which rules may not.`);
  if (stringCalls(expression.ast()) > STRING_CALLS_MAX) {
    throw new RangeError(`"${text}" uses $string more than ${STRING_CALLS_MAX} times, which rules may not.`);
  }
  let steps = 0;
  let startedAtMs = 0;
  let cpuAtStart = process.threadCpuUsage();
  expression.assign('__evaluate_entry', () => {
    steps += 1;
    if (steps > STEPS_MAX) throw new RangeError(`more than ${STEPS_MAX} steps`);
    if (performance.now() - startedAtMs > CPU_MS_MAX && cpuMsSince(cpuAtStart) > CPU_MS_MAX) {
      throw new RangeError(`more than ${CPU_MS_MAX} ms of work`);
    }
  });
  return {
    evaluate(input) {
      steps = 0;
      startedAtMs = performance.now();
      cpuAtStart = process.threadCpuUsage();
      try {
        return { value: expression.evaluate(input) as unknown };
      } catch (error) {
        return { problem: messageOf(error) };
      }
    },
  };
}

function objectionTo(node: unknown): string | undefined {
  if (Array.isArray(node)) return node.map(objectionTo).find((objection) => objection !== undefined);
  if (typeof node !== 'object' || node === null) return undefined;
  const { type, value, procedure } = node as { type?: string; value?: unknown; procedure?: { type?: string } };
  const forbidden = FORBIDDEN_TYPES.get(type ?? '');
  if (forbidden !== undefined) return forbidden;
  if (type === 'binary' && value === '..') return 'ranges';
  if (type === 'function' && procedure?.type !== 'variable') return 'functions of its own';
  // `$` and `$$` are the message; any other variable is a function.
  if (type === 'variable' && value !== '' && value !== '$' && !FUNCTIONS.has(String(value))) return `$${String(value)}`;
  return Object.values(node)
    .map(objectionTo)
    .find((objection) => objection !== undefined);
}

function stringCalls(node: unknown): number {
  if (Array.isArray(node)) return node.reduce<number>((sum, one) => sum + stringCalls(one), 0);
  if (typeof node !== 'object' || node === null) return 0;
  const { type, value } = node as { type?: string; value?: unknown };
  const own = type === 'variable' && value === 'string' ? 1 : 0;
  return own + stringCalls(Object.values(node));
}

function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1_000;
}

function messageOf(error: unknown): string {
  const message = (error as { message?: unknown } | undefined)?.message;
  return typeof message === 'string' ? message.slice(0, 200) : 'it cannot be evaluated';
}
