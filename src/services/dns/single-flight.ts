/** Makes simultaneous questions for one name one question: who comes while it is under way gets its answer. */
export function singleFlight<T>(ask: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const flights = new Map<string, Promise<T>>();
  return (name) => {
    const known = flights.get(name);
    if (known !== undefined) return known;
    const flight = ask(name).finally(() => flights.delete(name));
    flights.set(name, flight);
    return flight;
  };
}
