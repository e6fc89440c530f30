// Frames HTTP/1.x requests (RFC 9112) out of a stream of bytes. Boost.Beast parses; this class
// decides where the head, each chunk line and the trailers end before it hands them over, so that
// the outcome never depends on how the bytes were split into segments, and refuses what Beast lets
// through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "common/http/message.h"

namespace bw::http {

/// Longest chunk-size line, extensions included; no client sends extensions.
inline constexpr std::size_t kMaxChunkLineBytes = 1024;
/// Empty lines tolerated before a request line (RFC 9112 section 2.2 asks for at least one).
inline constexpr int kMaxBlankLines = 4;

/// Not thread-safe.
class RequestReader {
 public:
  enum class Outcome { kNeedMore, kRequest, kRefused };

  struct Limits {
    std::size_t header_bytes;
    std::size_t body_bytes;
  };

  /// Why the stream cannot go on: the reply's status and its text.
  struct Refusal {
    int status = 400;
    std::string_view reason;
  };

  /// What the reply to a request has to know about it.
  struct Framing {
    bool keep_alive = true;
    bool http_1_0 = false;
    bool head = false;
  };

  explicit RequestReader(Limits limits);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// Reads on. `input` starts with the bytes not consumed by earlier calls, followed by new ones;
  /// `*consumed` tells how many of them are done with. Stops after one complete request.
  Outcome Read(std::string_view input, std::size_t* consumed);

  /// After kRequest: the request; the reader is ready for the next one.
  Request TakeRequest();
  /// Of the request last completed.
  const Framing& framing() const { return framing_; }
  /// After kRefused; nothing more can be read.
  const Refusal& refusal() const { return refusal_; }

  /// Some bytes of a request have been seen, but not all.
  bool started() const { return started_; }
  /// The head of the current request is complete, its body is not.
  bool awaits_body() const { return phase_ != Phase::kHead; }
  /// True once per request whose client waits for "100 Continue" before it sends the body.
  bool TakeContinueWish();

 private:
  class Parser;
  enum class Phase { kHead, kBody, kChunkLine, kChunkData, kTrailers };
  struct Step {
    enum class Kind { kGoOn, kNeedMore, kRequest, kRefused } kind;
    std::size_t used = 0;
  };

  Step ReadHead(std::string_view input);
  Step ReadBody(std::string_view input);
  Step ReadChunkLine(std::string_view input);
  Step ReadChunkData(std::string_view input);
  Step ReadTrailers(std::string_view input);
  Step ParseHead(std::string_view head);
  Step Refuse(int status, std::string_view reason);
  Step Complete(std::size_t used);
  void Reset();

  const Limits limits_;
  std::unique_ptr<Parser> parser_;
  Framing framing_;
  Refusal refusal_;
  Phase phase_ = Phase::kHead;
  bool refused_ = false;
  bool started_ = false;
  bool continue_wished_ = false;
  bool first_chunk_ = true;
  int blank_lines_ = 0;
  std::size_t scanned_ = 0;      // bytes of the unconsumed input already searched
  std::size_t line_start_ = 0;   // where the head's current line begins in it
  std::uint64_t remaining_ = 0;  // body or chunk bytes still to come
};

}  // namespace bw::http
