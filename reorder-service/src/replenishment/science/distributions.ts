/** Distributions of demand, to double precision; checked against scipy. */

export function standardNormalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** P(Z ≤ z). */
export function standardNormalCdf(z: number): number {
  const upper = upperGammaHalf((z * z) / 2) / 2;
  return z > 0 ? 1 - upper : upper;
}

/** The z with P(Z ≤ z) = p. Acklam's approximation (relative error 1.2e-9), refined by two steps of Halley. */
export function standardNormalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError('a probability between 0 and 1, both excluded');
  let z = acklam(p);
  for (let i = 0; i < 2; i += 1) {
    const error = standardNormalCdf(z) - p;
    const step = error / standardNormalDensity(z);
    z -= step / (1 + (z * step) / 2);
  }
  return z;
}

/** E[(Z − z)+]: how much demand exceeds z standard deviations, on average. */
export function standardNormalLoss(z: number): number {
  return standardNormalDensity(z) - z * (1 - standardNormalCdf(z));
}

/** ½·E[((Z − z)+)²]: the integral of the loss from z on. */
export function standardNormalSecondLoss(z: number): number {
  return ((z * z + 1) * (1 - standardNormalCdf(z)) - z * standardNormalDensity(z)) / 2;
}

/** The smallest k with P(X ≤ k) ≥ p, for Poisson (variance = mean) or negative binomial (variance > mean) demand. */
export function countQuantile(p: number, mean: number, variance: number): number {
  if (mean <= 0) return 0;
  const last = 10 * (mean + 10 * Math.sqrt(variance)) + 100;
  let cumulated = 0;
  let k = 0;
  for (const mass of countMasses(mean, variance)) {
    cumulated += mass;
    if (cumulated >= p || k >= last) break;
    k += 1;
  }
  return k;
}

/** P(X = k) for k from 0 on, of Poisson (variance = mean) or negative binomial (variance > mean) demand. */
export function* countMasses(mean: number, variance: number): Generator<number, never> {
  const overdispersed = variance > mean * (1 + 1e-9);
  const size = overdispersed ? (mean * mean) / (variance - mean) : Infinity;
  const failure = overdispersed ? 1 - mean / variance : 0;
  // Worked in logarithms: e^-mean is 0 in doubles from a mean of 746 on.
  let logMass = overdispersed ? size * Math.log(mean / variance) : -mean;
  for (let k = 0; ; k += 1) {
    yield mean > 0 ? Math.exp(logMass) : Number(k === 0);
    logMass += overdispersed ? Math.log(((k + size) / (k + 1)) * failure) : Math.log(mean / (k + 1));
  }
}

/** E[(X − k)+]: the demand that a stock of k leaves unserved, on average. */
export function countLoss(k: number, mean: number, variance: number): number {
  let unserved = mean - k;
  let demand = 0;
  for (const mass of countMasses(mean, variance)) {
    if (demand >= k) return Math.max(0, unserved);
    unserved += (k - demand) * mass;
    demand += 1;
  }
  return 0;
}

/** Γ(1/2, x) / Γ(1/2), by series below 1.5 and by Lentz's continued fraction above (Numerical Recipes 6.2). */
function upperGammaHalf(x: number): number {
  if (x === 0) return 1;
  const scale = Math.exp(-x) * Math.sqrt(x / Math.PI);
  if (x < 1.5) {
    let term = 2;
    let sum = 2;
    for (let n = 1; n < 200; n += 1) {
      term *= x / (0.5 + n);
      sum += term;
      if (term < sum * 1e-17) break;
    }
    return 1 - scale * sum;
  }
  let b = x + 0.5;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < 500; n += 1) {
    const a = -n * (n - 0.5);
    b += 2;
    d = 1 / (a * d + b);
    c = b + a / c;
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return scale * h;
}

const A = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
];
const B = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1];
const C = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const D = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];
const LOW = 0.02425;

function acklam(p: number): number {
  if (p > 1 - LOW) return -acklam(1 - p);
  if (p < LOW) {
    const q = Math.sqrt(-2 * Math.log(p));
    return polynomial(C, q) / polynomial(D, q);
  }
  const q = p - 0.5;
  return (polynomial(A, q * q) * q) / polynomial(B, q * q);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
