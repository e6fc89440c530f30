#include "tool-service/openapi/spec_files.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <unistd.h>

namespace bw::tool_service {
namespace {

Status MakeFolder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return OkStatus();
  if (!std::filesystem::create_directories(folder, error) || error) {
    return Unavailable(folder.string() + ": the folder cannot be made");
  }
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  return OkStatus();
}

// Unlike any other writer's, in this process or another.
std::string TemporaryName(const std::string& path) {
  static std::atomic<unsigned> count{0};
  return path + ".tmp." + std::to_string(getpid()) + "." + std::to_string(++count);
}

}  // namespace

StatusOr<std::string> ReadFile(const std::string& path, std::size_t max_bytes) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound(path + ": the file cannot be opened");
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return NotFound(path + ": the file cannot be read");
  if (size > max_bytes) {
    return InvalidArgument(path + ": the file has " + std::to_string(size) + " bytes; at most " +
                           std::to_string(max_bytes) + " are allowed");
  }
  std::string text(static_cast<std::size_t>(size), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return NotFound(path + ": the file cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

Status WriteFileAtomically(const std::string& path, std::string_view content) {
  BW_RETURN_IF_ERROR(MakeFolder(std::filesystem::path(path).parent_path()));
  const std::string temporary = TemporaryName(path);
  std::error_code error;
  {
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    if (!file) {
      std::filesystem::remove(temporary, error);
      return Unavailable(path + ": the file cannot be written");
    }
  }
  std::filesystem::rename(temporary, path, error);
  if (!error) return OkStatus();
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);
  return Unavailable(path + ": the file cannot be put in its place: " + error.message());
}

}  // namespace bw::tool_service
