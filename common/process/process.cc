#include "common/process/process.h"

#include <string_view>

#include <malloc.h>
#include <signal.h>
#include <unistd.h>

namespace bw::process {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

StopSignal::StopSignal() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

void StopSignal::Wait() {
  const sigset_t signals = StopSignals();
  int received = 0;
  sigwait(&signals, &received);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

void StopSignal::RequestStop() { kill(getpid(), SIGTERM); }

void ReleaseUnusedMemory() { malloc_trim(0); }

void PrintUsageError(const std::string& program, const Status& status) {
  const std::string_view name = std::string_view(program).substr(program.find_last_of('/') + 1);
  const std::string_view message = Message(status);
  std::size_t begin = 0;
  while (begin <= message.size()) {
    const std::size_t end = std::min(message.find('\n', begin), message.size());
    const std::string_view line = message.substr(begin, end - begin);
    std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(name.size()), name.data(),
                 static_cast<int>(line.size()), line.data());
    begin = end + 1;
  }
}

}  // namespace bw::process
