/** A fixed piece of computing, so that durations from two machines can be compared. */

/** How many seconds one core needs for it: trial division for the primes below ten million. */
export function yardstick(): number {
    const began = performance.now();
    const primes: number[] = [];
    for (let n = 2; n < 10_000_000; n++) {
        let isPrime = true;
        for (let i = 0; primes[i] * primes[i] <= n; i++) {
            if (n % primes[i] === 0) {
                isPrime = false;
                break;
            }
        }
        if (isPrime) {
            primes.push(n);
        }
    }
    return (performance.now() - began) / 1000;
}
