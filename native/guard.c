/* The guard around every run of guest code, and the watchdog that ends runs past their deadline.
 *
 * A thread enters the guard with a deadline; the watchdog, a thread of its own, looks at all guarded threads every few
 * ms. It never cuts a host call: host calls mark their thread IN_HOST and look at the kill flag on their way in and
 * out, the watchdog sets the flag and then reads the mark (both sequentially consistent), so one of the two always
 * sees the other. Deadlines are checked and runs ended under one lock, and leaving the guard takes it too: a kill
 * cannot land on what the thread does after the run. */
#include "faasm-native.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { TICK_NS = 4000000, IDLE_TICKS = 50, SLICE_NS = 100000 };
enum { IN_GUEST = 0, IN_HOST = 1 };
enum { COMPLETED = 0, WALL_DEADLINE = 1, CPU_DEADLINE = 2, CANCELLED = 3, REFUSED = -1 };

/* What JavaScript shares with the watchdog: flags[0] IN_GUEST or IN_HOST, flags[1] the kill flag. */
typedef struct guard {
  void *isolate;
  clockid_t cpu_clock;
  _Atomic int32_t *flags;
  double *times; /* [0] wall ms, [1] CPU ms of the run that ended last */
  napi_ref flags_ref, times_ref;
  bool running;
  int reason;       /* why the run must end, 0 while it may go on */
  double call;      /* the call that runs, for cancel() */
  double wall_end;  /* ms on the monotonic clock */
  double cpu_end;   /* ms on the thread's CPU clock */
  double wall_start, cpu_start;
  struct guard *next;
} guard;

static isolate_api v8;
static pthread_once_t started = PTHREAD_ONCE_INIT;
static bool usable;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake;
static guard *guards;
static bool asleep;
static uint64_t runs; /* counts runs, so that the watchdog knows whether anything happened since its last look */

static double clock_ms(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Asks a run to end. Called with the lock held. */
static void end_run(guard *g, int reason) {
  g->reason = reason;
  atomic_store(&g->flags[1], reason);
  if (atomic_load(&g->flags[0]) == IN_GUEST) v8.terminate(g->isolate);
}

static void look(guard *g) {
  if (!g->running) return;
  /* Asked before, and back in guest code: the host call on its way out traps by itself, this is for guests that
   * found a way on. */
  if (g->reason != COMPLETED) end_run(g, g->reason);
  else if (clock_ms(CLOCK_MONOTONIC) >= g->wall_end) end_run(g, WALL_DEADLINE);
  else if (isfinite(g->cpu_end) && clock_ms(g->cpu_clock) >= g->cpu_end) end_run(g, CPU_DEADLINE);
}

/* The watchdog does next to nothing, but it must do it on time, also where guests keep every core busy: real-time
 * priority where the process may have it, else the shortest slice of a normal one, which Linux 6.12 wakes first. */
static void take_precedence(void) {
  const struct sched_param first = {.sched_priority = 1};
  if (pthread_setschedparam(pthread_self(), SCHED_RR, &first) == 0) return;
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } slice = {.size = sizeof slice, .policy = SCHED_OTHER, .runtime = SLICE_NS};
  syscall(SYS_sched_setattr, 0, &slice, 0);
}

static void *watchdog(void *unused) {
  (void)unused;
  take_precedence();
  pthread_mutex_lock(&lock);
  uint64_t seen = 0;
  for (int idle = 0;;) {
    bool busy = runs != seen;
    seen = runs;
    for (guard *g = guards; g != NULL; g = g->next) {
      busy |= g->running;
      look(g);
    }
    idle = busy ? 0 : idle + 1;
    if (idle >= IDLE_TICKS) {
      asleep = true;
      pthread_cond_wait(&wake, &lock);
      asleep = false;
      idle = 0;
      continue;
    }
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_NS;
    if (until.tv_nsec >= 1000000000) {
      until.tv_sec += 1;
      until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&wake, &lock, &until);
  }
  return NULL;
}

static void start(void) {
  pthread_condattr_t attributes;
  pthread_t thread;
  pthread_attr_t detached;
  if (!isolate_api_load(&v8)) return;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&wake, &attributes);
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  usable = pthread_create(&thread, &detached, watchdog, NULL) == 0;
  pthread_attr_destroy(&detached);
  pthread_condattr_destroy(&attributes);
}

static void remove_guard(void *data) {
  guard *gone = data;
  pthread_mutex_lock(&lock);
  for (guard **link = &guards; *link != NULL; link = &(*link)->next) {
    if (*link == gone) {
      *link = gone->next;
      break;
    }
  }
  pthread_mutex_unlock(&lock);
  free(gone);
}

/* A typed array over fresh memory that stays where it is until the thread ends. */
static void *shared_array(napi_env env, napi_typedarray_type type, size_t count, size_t bytes, napi_value object,
                          const char *name, napi_ref *ref) {
  napi_value buffer, array;
  void *data = NULL;
  if (napi_create_arraybuffer(env, bytes, &data, &buffer) != napi_ok ||
      napi_create_typedarray(env, type, count, buffer, 0, &array) != napi_ok ||
      napi_create_reference(env, buffer, 1, ref) != napi_ok) {
    return NULL;
  }
  napi_set_named_property(env, object, name, array);
  return data;
}

/* openGuard(): makes this thread's guard, once; answers { flags: Int32Array(2), times: Float64Array(2) }. */
static napi_value open_guard(napi_env env, napi_callback_info info) {
  (void)info;
  void *existing = NULL;
  napi_value result;
  pthread_once(&started, start);
  napi_get_instance_data(env, &existing);
  if (!usable || existing != NULL) {
    napi_throw_error(env, NULL, usable ? "this thread has a guard" : "this Node lacks what the guard needs");
    return NULL;
  }
  guard *g = calloc(1, sizeof *g);
  if (g == NULL || napi_create_object(env, &result) != napi_ok) {
    free(g);
    napi_throw_error(env, NULL, "no memory for the guard");
    return NULL;
  }
  g->isolate = v8.get_current();
  pthread_getcpuclockid(pthread_self(), &g->cpu_clock);
  g->flags = shared_array(env, napi_int32_array, 2, 2 * sizeof(int32_t), result, "flags", &g->flags_ref);
  g->times = shared_array(env, napi_float64_array, 2, 2 * sizeof(double), result, "times", &g->times_ref);
  if (g->flags == NULL || g->times == NULL || napi_set_instance_data(env, g, NULL, NULL) != napi_ok ||
      napi_add_env_cleanup_hook(env, remove_guard, g) != napi_ok) {
    free(g);
    napi_throw_error(env, NULL, "cannot set up the guard");
    return NULL;
  }
  pthread_mutex_lock(&lock);
  g->next = guards;
  guards = g;
  pthread_mutex_unlock(&lock);
  return result;
}

static napi_value answer(napi_env env, int value) {
  napi_value result;
  napi_create_int32(env, value, &result);
  return result;
}

static void enter(guard *g, double call, double wall_ms, double cpu_ms) {
  const double wall = clock_ms(CLOCK_MONOTONIC), cpu = clock_ms(CLOCK_THREAD_CPUTIME_ID);
  pthread_mutex_lock(&lock);
  g->wall_start = wall;
  g->cpu_start = cpu;
  g->wall_end = wall + wall_ms;
  g->cpu_end = cpu + cpu_ms;
  g->call = call;
  g->reason = COMPLETED;
  atomic_store(&g->flags[0], IN_GUEST);
  atomic_store(&g->flags[1], 0);
  g->running = true;
  runs += 1;
  if (asleep) pthread_cond_signal(&wake);
  pthread_mutex_unlock(&lock);
}

static int leave(guard *g) {
  pthread_mutex_lock(&lock);
  g->running = false;
  const int reason = g->reason;
  pthread_mutex_unlock(&lock);
  g->times[0] = clock_ms(CLOCK_MONOTONIC) - g->wall_start;
  g->times[1] = clock_ms(CLOCK_THREAD_CPUTIME_ID) - g->cpu_start;
  return reason;
}

/* run(function, call, wallMs, cpuMs): calls the function, then V8's microtasks, so that a guest which the function
 * resumes runs inside the guard too. Answers why the run had to end, 0 when it did not. Refuses (-1) inside a
 * microtask: there the nested microtask run does nothing and the guest would run outside the guard. */
static napi_value run(napi_env env, napi_callback_info info) {
  size_t count = 4;
  napi_value arguments[4], receiver, result;
  void *data = NULL;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  napi_get_instance_data(env, &data);
  guard *g = data;
  if (g == NULL || v8.is_running_microtasks(g->isolate)) return answer(env, REFUSED);
  napi_get_undefined(env, &receiver);
  enter(g, number_argument(env, arguments[1]), number_argument(env, arguments[2]), number_argument(env, arguments[3]));
  const napi_status status = napi_call_function(env, receiver, arguments[0], 0, NULL, &result);
  if (status == napi_ok) v8.run_microtasks(g->isolate);
  const int reason = leave(g);
  if (reason == COMPLETED) return status == napi_ok ? answer(env, COMPLETED) : NULL;
  v8.cancel_terminate(g->isolate);
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (pending) napi_get_and_clear_last_exception(env, &result);
  return answer(env, reason);
}

/* cpuNow(): CPU time in ms that the current run of the calling thread has used. */
static napi_value cpu_now(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value result;
  void *data = NULL;
  napi_get_instance_data(env, &data);
  const guard *g = data;
  napi_create_double(env, g == NULL ? 0 : clock_ms(CLOCK_THREAD_CPUTIME_ID) - g->cpu_start, &result);
  return result;
}

/* cancel(call): ends the run of that call, on whichever thread it is; true when it was running. */
static napi_value cancel(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument, result;
  bool found = false;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  const double call = number_argument(env, argument);
  pthread_mutex_lock(&lock);
  for (guard *g = guards; g != NULL; g = g->next) {
    if (g->running && g->call == call) {
      found = true;
      if (g->reason == COMPLETED) end_run(g, CANCELLED);
    }
  }
  pthread_mutex_unlock(&lock);
  napi_get_boolean(env, found, &result);
  return result;
}

void guard_register(napi_env env, napi_value exports) {
  export_function(env, exports, "openGuard", open_guard);
  export_function(env, exports, "run", run);
  export_function(env, exports, "cpuNow", cpu_now);
  export_function(env, exports, "cancel", cancel);
}
