// Each product's questions, and each question's answers, have a generation. It is part of their keys in the caches
// of Nginx and of the app, and a write raises it on its answer's way out: the client has the answer only when no
// read that starts from then on can find what was cached before. A read that began earlier fills a key that
// nobody asks any more.
//
// Generations are counted in a fixed number of slots that ids share: memory is bounded, and no generation is ever
// forgotten and begun again. Sharing costs a miss now and then. A slot begins at the time of day in microseconds:
// after a restart it is past all values it had before.

/** For products and for questions, each. */
const slots = 16384;

/** The slot of "product-12" or "question-34". */
function slotOf(subject) {
  const dash = subject.indexOf('-');
  return subject.slice(0, dash) + (subject.slice(dash + 1) % slots);
}

function raiseSlot(slot) {
  return ngx.shared.generations.incr(slot, 1, Date.now() * 1000);
}

/** The generation of what a read asks for. */
function current(request) {
  const slot = slotOf(request.variables.subject);
  return ngx.shared.generations.get(slot) ?? raiseSlot(slot);
}

/** Raises the generation of everything that a write's answer names in X-Changed. */
function raise(request) {
  const changed = request.variables.upstream_http_x_changed;
  if (changed) {
    changed.split(' ').forEach(subject => {
      raiseSlot(slotOf(subject));
    });
  }
}

export default { current, raise };
