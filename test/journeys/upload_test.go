package journeys

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/database"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/server/demo"
	"benso/internal/testkit/browser"
)

const mother = "nguoidan@benso.example"

// draftOf begins a birth registration of the mother's and answers every page, but
// hands in no certificate.
func (w world) draftOf(child string) string {
	w.t.Helper()
	actor := w.actor(mother)
	proc, err := w.program.Dossiers.Catalogue.Procedure(servicestest.Birth)
	if err != nil {
		w.t.Fatal(err)
	}
	d, err := w.program.Dossiers.Start(w.t.Context(), actor, proc, dossier.Online, "", database.NewID())
	if err != nil {
		w.t.Fatal(err)
	}
	answers := servicestest.BirthAnswers(child, form.File{})
	answers["proof"] = form.Value{Text: "certificate"}
	for _, page := range proc.Form.All() {
		if page.ID == "proof_paper" {
			continue
		}
		_, err := w.program.Dossiers.SavePage(w.t.Context(), actor, d.ID, page.ID, 0, func(a form.Answers) form.Answers {
			for _, x := range page.Fields {
				if v, ok := answers[x.ID]; ok {
					a[x.ID] = v
				}
			}
			return a
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return d.ID
}

// papersOf reads what the draft names, as bytes.
func (w world) papersOf(draft string) (papers [][]byte, names []string) {
	w.t.Helper()
	d, err := w.program.Dossiers.Draft(w.t.Context(), w.actor(mother), draft)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range d.Answers["birth_certificate"].Files {
		_, content, err := w.program.Files.Open(w.t.Context(), f.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		data, err := io.ReadAll(content)
		if err != nil {
			w.t.Fatal(err)
		}
		if err := content.Close(); err != nil {
			w.t.Fatal(err)
		}
		papers, names = append(papers, data), append(names, f.Name)
	}
	return papers, names
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// grainy is a picture whose bytes do not shrink, such as a photo taken at dusk.
func grainy(w, h int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := 0; i < len(img.Pix); i += 4 {
		v := uint8(r.Uint32())
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = v, v/2, 255-v, 255
	}
	return asJPEG(img)
}

func asJPEG(img image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 92}); err != nil {
		panic(err) // a picture in memory always encodes
	}
	return b.Bytes()
}

func (w world) onDisk(name string, data []byte) string {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// mai signs in as the mother, on a device.
func (w world) mai(o browser.Options) *browser.Page {
	w.t.Helper()
	p := w.person(o)
	p.Open(w.base + "/dang-nhap?tiep=" + url.QueryEscape("/ho-so-cua-toi"))
	p.Fill("handle", mother)
	p.Fill("password", demo.Password)
	p.Within("main").Click("Đăng nhập")
	p.See("Hồ sơ của tôi")
	return p
}

func TestPaperWhoseConnectionIsCutTenTimesArrivesWholeOnce(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		l := lineTo(t, w.base)
		w = w.through(l)
		draft := w.draftOf("Nguyễn Thị Đứt Quãng")
		page := w.base + "/nop-ho-so/" + draft + "/proof_paper"
		p := w.mai(browser.Options{Width: 360, Height: 740, JavaScript: true})
		p.Open(page)
		w.look(p)
		data := grainy(1100, 800, 1)
		p.Click("Gửi ảnh gốc, không thu nhỏ")
		l.cut(10, len(data)/12)
		p.Upload("birth_certificate", w.onDisk("giấy chứng sinh.jpg", data))
		p.Click("Lưu và tiếp tục") // at once: the page waits for the paper, and goes on
		p.SeeWithin(90, "Mất kết nối")
		p.Screenshot("upload-broken.png")
		w.look(p)
		p.SeeWithin(90, "mang thai hộ")
		if n := l.breaksSoFar(); n != 10 {
			t.Errorf("the line broke %d times, want 10", n)
		}
		papers, names := w.papersOf(draft)
		if len(papers) != 1 || digest(papers[0]) != digest(data) || names[0] != "giấy chứng sinh.jpg" {
			t.Fatalf("there are %d papers %q", len(papers), names)
		}
		p.Open(page)
		p.See("giấy chứng sinh.jpg")
		w.look(p)
		p.Open(w.base + "/nop-ho-so/" + draft + "/kiem-tra")
		p.Click("Gửi hồ sơ")
		p.See("Đã nộp hồ sơ")
	})
}

func TestPaperOnItsWaySurvivesAReloadOfThePage(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		l := lineTo(t, w.base)
		w = w.through(l)
		draft := w.draftOf("Nguyễn Thị Mở Lại")
		p := w.mai(browser.Options{Width: 360, Height: 740, JavaScript: true})
		p.Open(w.base + "/nop-ho-so/" + draft + "/proof_paper")
		data := grainy(1000, 800, 2)
		p.Click("Gửi ảnh gốc, không thu nhỏ")
		l.cut(1_000_000, 40_000) // it gets nowhere soon
		p.Upload("birth_certificate", w.onDisk("a.jpg", data))
		p.SeeWithin(30, "Mất kết nối")
		l.cut(0, 0)
		p.Open(w.base + "/nop-ho-so/" + draft + "/proof_paper") // nobody chooses the file again
		p.SeeWithin(60, "Xóa")
		papers, _ := w.papersOf(draft)
		if len(papers) != 1 || digest(papers[0]) != digest(data) {
			t.Fatalf("there are %d papers", len(papers))
		}
		p.Open(w.base + "/nop-ho-so/" + draft + "/proof_paper")
		if n := p.Count(".bs-files li"); n != 1 {
			t.Errorf("%d lines of papers after another reload", n)
		}
	})
}

// A phone held upright writes the picture lying, and a note how to turn it.
func TestPictureIsTurnedUprightAndMadeSmallerOnThePhone(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		draft := w.draftOf("Nguyễn Thị Nhỏ Gọn")
		p := w.mai(browser.Options{Width: 360, Height: 740, JavaScript: true})
		p.Open(w.base + "/nop-ho-so/" + draft + "/proof_paper")
		lying := image.NewRGBA(image.Rect(0, 0, 3200, 2400))
		for y := range 2400 {
			for x := range 3200 {
				lying.Set(x, y, color.RGBA{uint8(x * y / 7), uint8(y), uint8(x ^ y), 255})
			}
		}
		data := asJPEG(lying)
		exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
		data = append(append(append([]byte{}, data[:2]...), append([]byte{0xFF, 0xE1, 0, byte(len(exif) + 2)}, exif...)...), data[2:]...)
		p.Upload("birth_certificate", w.onDisk("ảnh đứng.jpg", data))
		p.SeeWithin(60, "Ảnh đã thu nhỏ từ")
		p.SeeWithin(60, "Xóa")
		p.Screenshot("upload-shrunk.png")
		w.look(p)
		papers, _ := w.papersOf(draft)
		if len(papers) != 1 {
			t.Fatalf("there are %d papers", len(papers))
		}
		got, err := jpeg.DecodeConfig(bytes.NewReader(papers[0]))
		if err != nil || got.Width != 1650 || got.Height != 2200 || len(papers[0]) > len(data)*2/3 || bytes.Contains(papers[0], []byte("Exif")) {
			t.Errorf("%d by %d pixels, %d bytes of %d, %v", got.Width, got.Height, len(papers[0]), len(data), err)
		}
		p.Click("Lưu và tiếp tục")
		p.See("mang thai hộ")
	})
}

func TestPaperThatIsRefusedSaysWhyBesideItselfAndCanBeTakenBack(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		draft := w.draftOf("Nguyễn Thị Nhầm Tệp")
		p := w.mai(browser.Options{Width: 360, Height: 740, JavaScript: true})
		p.Open(w.base + "/nop-ho-so/" + draft + "/proof_paper")
		p.Upload("birth_certificate", w.onDisk("đơn.docx", []byte("PK\x03\x04 word/document.xml [Content_Types].xml")))
		p.SeeWithin(20, "Đây là tệp soạn thảo")
		p.Screenshot("upload-refused.png")
		w.look(p)
		p.Within(".bs-files").Click("Hủy")
		if p.Has("đơn.docx") {
			t.Error("the line is still there")
		}
		p.Upload("birth_certificate", w.photos...)
		p.SeeWithin(20, "giấy chứng sinh 2.jpg (")
		if papers, _ := w.papersOf(draft); len(papers) != 2 {
			t.Errorf("there are %d papers", len(papers))
		}
		p.Click("Xóa giấy chứng sinh 1.jpg")
		p.See("giấy chứng sinh 2.jpg")
		if papers, _ := w.papersOf(draft); len(papers) != 1 {
			t.Errorf("there are %d papers after one was taken away", len(papers))
		}
	})
}

// Begun on the phone, gone on with at a computer, with a conflict in between, and
// sent from there: what both added is there.
func TestDraftBegunOnOneDeviceIsEndedOnAnotherAndLosesNothing(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		draft := w.draftOf("Nguyễn Thị Hai Máy")
		address := w.base + "/nop-ho-so/" + draft
		phone := w.mai(browser.Options{Width: 360, Height: 740, JavaScript: true})
		computer := w.mai(browser.Options{Width: 1280, Height: 900, JavaScript: true})
		computer.Open(w.base + "/ho-so-cua-toi")
		computer.Click("Đăng ký khai sinh: Nguyễn Thị Hai Máy")
		computer.Open(address + "/proof_paper") // before the phone adds anything
		phone.Open(address + "/proof_paper")
		phone.Upload("birth_certificate", w.photos[0])
		phone.SeeWithin(20, "giấy chứng sinh 1.jpg (")
		computer.Upload("birth_certificate", w.photos[1])
		computer.SeeWithin(20, "giấy chứng sinh 2.jpg (")
		computer.Click("Lưu và tiếp tục")
		computer.See("mang thai hộ")
		computer.Open(address + "/proof_paper")
		w.see(computer, "giấy chứng sinh 1.jpg", "giấy chứng sinh 2.jpg")

		phone.Open(address + "/birth")
		computer.Open(address + "/birth")
		phone.Fill("birth_place", "Trạm y tế xã, ghi từ điện thoại")
		phone.Click("Lưu và tiếp tục")
		computer.Fill("birth_place", "Bệnh viện tỉnh, ghi từ máy tính")
		computer.Click("Lưu và tiếp tục")
		w.see(computer, "Trang này đã được sửa ở nơi khác", "ghi từ điện thoại", "ghi từ máy tính")
		w.look(computer)
		computer.Click("Dùng nội dung tôi vừa nhập")
		computer.Open(address + "/kiem-tra")
		w.see(computer, "ghi từ máy tính", "giấy chứng sinh 1.jpg", "giấy chứng sinh 2.jpg")
		computer.Click("Gửi hồ sơ")
		computer.See("Đã nộp hồ sơ")
		phone.Open(address + "/proof_paper")
		phone.See("Đã nộp hồ sơ")
		var id string
		if err := w.program.DB.Read().QueryRowContext(t.Context(), `SELECT case_id FROM dossiers WHERE draft_id = $1`, draft).Scan(&id); err != nil {
			t.Fatal(err)
		}
		files, err := w.program.Files.List(t.Context(), w.program.DB.Read(), file.Owner{Kind: dossier.OwnerDossier, ID: id})
		if err != nil || len(files) != 2 {
			t.Errorf("the dossier has %d papers, %v", len(files), err)
		}
		if !strings.Contains(files[0].Name+files[1].Name, "giấy chứng sinh 1.jpg") {
			t.Errorf("the phone's paper is not among %v", files)
		}
	})
}
