// Static tokens in a file that may change while the gateway runs: tokens are rotated and revoked by
// replacing it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "common/clock/scheduler.h"
#include "gateway/openssl/static_tokens.h"

namespace bw::gateway {

/// Thread-safe. Looks at the file every `interval`; one that cannot be read or has a problem
/// changes nothing, so that a slip of the editor locks nobody out.
class TokensFile : public Authenticator, public std::enable_shared_from_this<TokensFile> {
 public:
  struct Options {
    std::string path;
    std::chrono::milliseconds interval{1'000};
  };
  /// The number of tokens taken, or why none were.
  using Report = std::function<void(const StatusOr<std::size_t>&)>;

  /// INVALID_ARGUMENT naming the path when the file cannot be read or has a problem. `scheduler`
  /// outlives it; `report` runs on the scheduler's thread for each change of the file.
  static StatusOr<std::shared_ptr<TokensFile>> Open(Options options, Scheduler& scheduler,
                                                    Report report);

  std::optional<AuthResult> Recognize(std::string_view token) override;
  void Verify(std::string_view token, Done done) override;

 private:
  // What tells one content of the file from another without reading it; empty: there is no file.
  using Stamp = std::string;

  TokensFile(Options options, Scheduler& scheduler, Report report)
      : options_(std::move(options)), scheduler_(scheduler), report_(std::move(report)) {}

  Stamp ReadStamp() const;
  StatusOr<std::size_t> Load();
  void WatchOn();
  std::shared_ptr<StaticTokens> tokens() const;

  const Options options_;
  Scheduler& scheduler_;
  const Report report_;
  /// Of the scheduler's thread alone, once open.
  Stamp stamp_;
  mutable std::mutex mutex_;  // guards tokens_
  std::shared_ptr<StaticTokens> tokens_;
};

}  // namespace bw::gateway
