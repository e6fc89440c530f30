// Bytes of a stream to lines, with a bound.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace bw::gateway {

/// Not thread-safe.
class LineReader {
 public:
  explicit LineReader(std::size_t max_line_bytes) : max_(max_line_bytes) {}

  /// Runs `line` for each line that `bytes` completes, without its line end (LF or CRLF), and
  /// `too_long` once for each line of more than the maximum, whose bytes are dropped.
  void Add(std::string_view bytes, const std::function<void(std::string_view)>& line,
           const std::function<void()>& too_long);
  /// The stream ended: what is left is a line too.
  void End(const std::function<void(std::string_view)>& line);

 private:
  const std::size_t max_;
  std::string partial_;
  bool dropping_ = false;
};

}  // namespace bw::gateway
