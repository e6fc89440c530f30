#include "tool-service/openapi/local_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bw::tool_service {
namespace {

class LocalFileTest : public testing::Test {
 protected:
  LocalFileTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "bw-test-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~LocalFileTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& bytes) {
    const std::string path = folder_ + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << bytes;
    return path;
  }

  std::string folder_;
};

TEST_F(LocalFileTest, ReadsWhatIsThere) {
  const std::string path = Write("scan.pdf", std::string("%PDF-\0x", 7));
  EXPECT_EQ(*ReadLocalFile(path, 100), std::string("%PDF-\0x", 7));
}

TEST_F(LocalFileTest, ReadsAtTheLimitAndRefusesOnePast) {
  const std::string path = Write("f", "12345");
  EXPECT_TRUE(ReadLocalFile(path, 5).ok());
  EXPECT_EQ(ReadLocalFile(path, 4).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(LocalFileTest, RefusesWhatIsNoPlainFile) {
  EXPECT_EQ(ReadLocalFile(folder_ + "/none", 9).status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(ReadLocalFile(folder_, 9).ok());
  EXPECT_FALSE(ReadLocalFile(Write("empty", ""), 9).ok());
  EXPECT_FALSE(ReadLocalFile("/proc/self/environ", 1'000'000).ok());
  EXPECT_FALSE(ReadLocalFile("/dev/zero", 9).ok());
  const std::string pipe = folder_ + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_FALSE(ReadLocalFile(pipe, 9).ok());
}

TEST_F(LocalFileTest, RefusesPathsThatLeadWhereKeysAreKept) {
  const std::string key = Write(".ssh/id", "secret");
  const std::string link = folder_ + "/harmless";
  ASSERT_EQ(symlink(key.c_str(), link.c_str()), 0);
  ASSERT_EQ(symlink((folder_ + "/.ssh").c_str(), (folder_ + "/folder").c_str()), 0);
  Write("plain", "x");
  for (const std::string& path :
       {key, link, folder_ + "/folder/id", folder_ + "/../" + folder_.substr(5) + "/plain",
        folder_ + "/./plain", std::string("plain"), std::string("~/plain"), std::string(),
        folder_ + "/plain\n", folder_ + "/plain/"}) {
    EXPECT_FALSE(ReadLocalFile(path, 100).ok()) << path;
    EXPECT_FALSE(SaveLocalFile(path, "x").ok()) << path;
  }
}

TEST_F(LocalFileTest, SavesForItsOwnerAlone) {
  const std::string path = folder_ + "/recording.wav";
  ASSERT_TRUE(SaveLocalFile(path, "RIFF").ok());
  EXPECT_EQ(*ReadLocalFile(path, 100), "RIFF");
  struct stat facts = {};
  ASSERT_EQ(stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

TEST_F(LocalFileTest, NeverOverwrites) {
  const std::string path = Write("there", "old");
  EXPECT_EQ(SaveLocalFile(path, "new").code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(*ReadLocalFile(path, 100), "old");
  ASSERT_EQ(symlink((folder_ + "/target").c_str(), (folder_ + "/dangling").c_str()), 0);
  EXPECT_FALSE(SaveLocalFile(folder_ + "/dangling", "x").ok());
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/target"));
  EXPECT_EQ(SaveLocalFile(folder_ + "/none/f", "x").code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace bw::tool_service
