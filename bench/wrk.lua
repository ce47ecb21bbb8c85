-- Sends the requests of a file, one per line ("GET /path"), in a loop, or with "once" up to its end. Prints its figures as a line of
-- JSON.
local ffi = require("ffi")
ffi.cdef("int getpid(void); int kill(int pid, int signal);")
local requests, next_one, threads, is_once = {}, 0, {}, false
limited = 0 -- global, so that done() can read it from the thread

function setup(thread) threads[#threads + 1] = thread end

function init(args)
  local has_writes = false
  is_once = args[2] == "once"
  for line in io.lines(args[1]) do
    local method, path = line:match("^(%u+) (%S+)$")
    has_writes = has_writes or method == "PUT"
    requests[#requests + 1] = wrk.format(method, path, {Host = "localhost", ["Accept-Encoding"] = "gzip"})
  end
  -- A response callback slows wrk down. Only writes can get a 429.
  if has_writes then
    response = function(status) if status == 429 then limited = limited + 1 end end
  end
end

local function stop()
  wrk.thread:stop()
  ffi.C.kill(ffi.C.getpid(), 2) -- SIGINT: the main thread would sleep until the duration is over
end

function request()
  if is_once and next_one == #requests then stop() end
  next_one = next_one % #requests + 1
  return requests[next_one]
end

function done(summary, latency)
  local errors = summary.errors
  local limited = threads[1]:get("limited")
  local at = function(percentile) return string.format("%.3f", latency:percentile(percentile) / 1000) end
  io.write(string.format(
    '{"requests":%d,"seconds":%.3f,"bytes":%d,"refused":%d,"limited":%d,"broken":%d,"mean_ms":%.3f,"p50_ms":%s,"p95_ms":%s,"p99_ms":%s,"p999_ms":%s}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, errors.status - limited, limited,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency.mean / 1000, at(50), at(95), at(99), at(99.9)))
end
