#include "gateway/stdio/line_reader.h"

namespace bw::gateway {
namespace {

std::string_view WithoutCarriageReturn(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

void LineReader::Add(std::string_view bytes, const std::function<void(std::string_view)>& line,
                     const std::function<void()>& too_long) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    if (!dropping_ && partial_.size() + piece.size() > max_) {
      dropping_ = true;
      partial_.clear();
      too_long();
    }
    if (!dropping_) partial_.append(piece);
    if (end == std::string_view::npos) return;
    if (!dropping_) line(WithoutCarriageReturn(partial_));
    dropping_ = false;
    partial_.clear();
    bytes.remove_prefix(end + 1);
  }
}

void LineReader::End(const std::function<void(std::string_view)>& line) {
  if (!dropping_ && !partial_.empty()) line(WithoutCarriageReturn(partial_));
  dropping_ = false;
  partial_.clear();
}

}  // namespace bw::gateway
