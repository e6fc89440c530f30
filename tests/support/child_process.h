// Real processes for end-to-end tests, the demo and benchmarks: start one, wait until it says that
// it is ready, stop it. Only processes started here are ever signalled.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "common/json/json.h"
#include "common/status/status.h"

namespace bw::testing_support {

struct Command {
  /// Absolute path, or the name of one of our binaries (BinaryPath).
  std::string program;
  std::vector<std::string> args = {};
  /// Added to a small fixed environment (PATH, HOME); the caller's own is not passed on.
  std::vector<std::string> environment = {};
  /// The process's stderr goes here, one file for the whole life; empty: a fresh temporary file.
  std::string log_file = {};
  /// Connect stdin and stdout to Write and ReadLine; otherwise stdin is empty and stdout joins
  /// stderr.
  bool pipe_stdio = false;
};

/// One child. Not thread-safe. Destruction kills and reaps it.
class ChildProcess {
 public:
  static StatusOr<std::unique_ptr<ChildProcess>> Start(const Command& command);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }

  /// The first log line whose "event" is `event` (and whose "service" is `service`, if given: a
  /// process may hold several), waiting up to `limit`. UNAVAILABLE with the log's end when the
  /// process exits first; DEADLINE_EXCEEDED when the line does not come.
  StatusOr<json::Json> WaitForEvent(std::string_view event, std::chrono::milliseconds limit,
                                    std::string_view service = {});
  std::string Log() const;

  void Signal(int signal_number);
  /// The exit code (128 + signal when killed), or DEADLINE_EXCEEDED.
  StatusOr<int> WaitForExit(std::chrono::milliseconds limit);

  // With pipe_stdio:
  bool Write(std::string_view bytes);
  void CloseStdin();
  /// The next line of stdout without its newline; UNAVAILABLE at the end of the stream.
  StatusOr<std::string> ReadLine(std::chrono::milliseconds limit);

 private:
  ChildProcess() = default;
  bool Reap(bool block);

  pid_t pid_ = -1;
  int exit_code_ = -1;
  bool exited_ = false;
  int stdin_ = -1;
  int stdout_ = -1;
  std::string unread_;
  std::string log_file_;
  bool owns_log_ = false;
};

/// The path of one of our binaries ("bw-gateway"): $BW_BIN_DIR, else the folder beside the running
/// program's.
std::string BinaryPath(std::string_view name);

/// A fresh folder below the system's temporary folder, removed with its contents on destruction.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace bw::testing_support
