package journeys

import (
	"net/url"
	"testing"

	"benso/internal/server/demo"
	"benso/internal/testkit/browser"
)

// onShelf counts the papers that the browser keeps until they have been sent.
const onShelf = `new Promise((resolve, reject) => {
	const open = indexedDB.open("benso-uploads", 1);
	open.onupgradeneeded = () => open.result.createObjectStore("papers", { keyPath: "id" });
	open.onerror = () => reject(open.error);
	open.onsuccess = () => {
		const all = open.result.transaction("papers").objectStore("papers").count();
		all.onsuccess = () => { open.result.close(); resolve(all.result); };
		all.onerror = () => reject(all.error);
	};
})`

// A computer that the whole family, or a whole post office, uses.
func TestPaperThatWasNotSentLeavesTheBrowserWithWhoeverSignsOut(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		l := lineTo(t, w.base)
		w = w.through(l)
		draft := w.draftOf("Nguyễn Thị Máy Chung")
		page := w.base + "/nop-ho-so/" + draft + "/proof_paper"
		p := w.mai(browser.Options{Width: 360, Height: 740, JavaScript: true})
		p.Run(`document.cookie = "bs-tried=1; path=/"`, nil)
		p.Open(page)
		p.Click("Gửi ảnh gốc, không thu nhỏ")
		l.cut(1_000_000, 40_000) // it gets nowhere soon
		p.Upload("birth_certificate", w.onDisk("a.jpg", grainy(1000, 800, 2)))
		p.SeeWithin(30, "Mất kết nối")
		p.Open(w.base + "/tra-cuu") // away from the page, which would go on sending it
		l.cut(0, 0)
		var n int
		if p.Run(onShelf, &n); n != 1 {
			t.Fatalf("the browser keeps %d papers while one is on its way", n)
		}
		p.Click("Đăng xuất")
		p.See("Bạn đã đăng xuất")
		if p.Run(onShelf, &n); n != 0 {
			t.Errorf("the browser keeps %d papers of somebody who has left", n)
		}
		var cookies string
		if p.Run(`document.cookie`, &cookies); cookies == "" {
			t.Error("the cookies are gone, too")
		}
		// Whoever signs in again begins that paper anew, and everything works.
		p.Open(w.base + "/dang-nhap?tiep=" + url.QueryEscape("/ho-so-cua-toi"))
		p.Fill("handle", mother)
		p.Fill("password", demo.Password)
		p.Within("main").Click("Đăng nhập")
		p.See("Hồ sơ của tôi")
		p.Open(page)
		p.Upload("birth_certificate", w.photos[0])
		p.SeeWithin(20, "giấy chứng sinh 1.jpg (")
		if papers, _ := w.papersOf(draft); len(papers) != 1 {
			t.Errorf("there are %d papers", len(papers))
		}
	})
}
