// Each product's questions, and each question's answers, have a generation, which is part of their cache keys in Nginx and in the
// app. The response to a write raises it on its way out, so every read that starts after the client has the response uses a new key.
// A read that started before the write can only populate a key no longer in use.
//
// A write whose response was lost may have been made, and nobody knows of which product. So it raises the epoch, which is part of all
// generations. PostgreSQL may commit the write up to 30 s later. Until then the epoch rises every second, and an entry lives as long.
//
// Ids share a fixed number of slots: memory is bounded. Sharing costs a miss now and then. The first epoch is random: after a restart
// no key was in use before, whatever the clock says.

/** For products and for questions, each. */
const slots = 16384;
/** How long after its failure a write may be committed: begun within 6 s (app/questions/idempotency.ts), and 24 s for the disk. */
const doubt_s = 30;

const generations = () => ngx.shared.generations;

/** The slot of "product-12" or "question-34". */
function slotOf(subject) {
  const dash = subject.indexOf('-');
  return subject.slice(0, dash) + (subject.slice(dash + 1) % slots);
}

function raiseEpoch() {
  const random = crypto.getRandomValues(new Uint32Array(2));
  return generations().incr('epoch', 1, (random[0] % 2 ** 20) * 2 ** 32 + random[1]);
}

/** The generation of the questions or answers that a read is about. */
function current(request) {
  const epoch = generations().get('epoch') ?? raiseEpoch();
  return `${epoch}.${generations().get(slotOf(request.variables.subject)) ?? 0}`;
}

/** Raises the generation of everything that the response to a write names in X-Changed. */
function raise(request) {
  const changed = request.variables.upstream_http_x_changed;
  if (changed === 'unknown') doubt();
  else if (changed) {
    changed.split(' ').forEach(subject => {
      generations().incr(slotOf(subject), 1, 0);
    });
  }
}

/** A write that was sent to a replica has no response. */
function raiseAfterLoss(request) {
  if (request.variables.may_have_written) doubt();
}

function doubt() {
  raiseEpoch();
  generations().set('doubt', doubt_s);
}

/** Once a second. A worker that was killed may have lost the response to a write, so a new one begins in doubt. */
function tick() {
  if (generations().get('worker') !== process.pid) {
    generations().set('worker', process.pid);
    doubt();
    return;
  }
  const left = generations().get('doubt');
  if (left > 0) {
    generations().set('doubt', left - 1);
    raiseEpoch();
  }
}

export default { current, raise, raiseAfterLoss, tick };
