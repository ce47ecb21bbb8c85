// Each product's questions, and each question's answers, have a generation, which is part of their cache keys in Nginx and in the
// app. The response to a write raises it on its way out, so every read that starts after the client has the response uses a new key.
// A read that started before the write can only populate a key no longer in use.
//
// Ids share a fixed number of slots: memory is bounded, and no generation starts again. Sharing costs a miss now and then. A slot
// starts at the time of day in microseconds: after a restart it is past all values it had before.

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

/** The generation of the questions or answers that a read is about. */
function current(request) {
  const slot = slotOf(request.variables.subject);
  return ngx.shared.generations.get(slot) ?? raiseSlot(slot);
}

/** Raises the generation of everything that the response to a write names in X-Changed. */
function raise(request) {
  const changed = request.variables.upstream_http_x_changed;
  if (changed) {
    changed.split(' ').forEach(subject => {
      raiseSlot(slotOf(subject));
    });
  }
}

export default { current, raise };
