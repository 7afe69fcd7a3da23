"""Sidecars as other programs write them, made up for the tests: with what only those programs know in them."""

LIGHTROOM = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0-c000 1.000000, 0000/00/00-00:00:00        ">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
   xmp:CreatorTool='Adobe "Lightroom" Classic'
   xmp:Rating="3"
   xmp:Label="Red"
   photoshop:DateCreated="2024-05-17T10:30:00.12+02:00"
   crs:Exposure2012="+0.35"   crs:ToneCurveName2012='Linear &amp; flat'
   crs:HasSettings="True">
   <!-- written by a plug-in: keep -->
   <?plugin keep="this"?>
   <dc:subject>
    <rdf:Bag>
     <rdf:li>Places</rdf:li>
     <rdf:li>Berlin</rdf:li>
     <rdf:li>night &amp; rain</rdf:li>
    </rdf:Bag>
   </dc:subject>
   <lr:hierarchicalSubject>
    <rdf:Bag>
     <rdf:li>Places|Berlin</rdf:li>
     <rdf:li>night &amp; rain</rdf:li>
    </rdf:Bag>
   </lr:hierarchicalSubject>
   <dc:title>
    <rdf:Alt>
     <rdf:li xml:lang="de">Nachtfahrt</rdf:li>
     <rdf:li xml:lang="x-default">Night drive</rdf:li>
    </rdf:Alt>
   </dc:title>
   <crs:ToneCurvePV2012>
    <rdf:Seq>
     <rdf:li>0, 0</rdf:li>
     <rdf:li>255, 255</rdf:li>
    </rdf:Seq>
   </crs:ToneCurvePV2012>
   <crs:Look>
    <rdf:Description
     crs:Name="Adobe Color"
     crs:Rating="no rating at all"/>
   </crs:Look>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
PADDING<?xpacket end="w"?>""".replace("PADDING", 2 * (100 * " " + "\n")).encode()

DARKTABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:exif="http://ns.adobe.com/exif/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:darktable="http://darktable.sf.net/"
   exif:DateTimeOriginal="2023:01:02 03:04:05"
   xmp:Rating="1"
   darktable:xmp_version="5"
   darktable:history_end="2">
   <darktable:colorlabels>
    <rdf:Seq>
     <rdf:li>2</rdf:li>
    </rdf:Seq>
   </darktable:colorlabels>
   <darktable:history>
    <rdf:Seq>
     <rdf:li
      darktable:num="0"
      darktable:operation="exposure"
      darktable:params="gz02eJxjYGBgkGDQY0ADAEgDAGQ="/>
    </rdf:Seq>
   </darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""

DIGIKAM = b"""<?xml version="1.0" encoding="UTF-8"?>\r
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">\r
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\r
  <rdf:Description rdf:about=""\r
    xmlns:digiKam="http://www.digikam.org/ns/1.0/"\r
    xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/"\r
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"\r
    xmlns:dc="http://purl.org/dc/elements/1.1/"\r
    xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"\r
   digiKam:PickLabel="0"\r
   MicrosoftPhoto:Rating="75"\r
   xmp:Rating="4">\r
   <digiKam:TagsList>\r
    <rdf:Seq>\r
     <rdf:li>Animals/Dog</rdf:li>\r
     <rdf:li>beach</rdf:li>\r
    </rdf:Seq>\r
   </digiKam:TagsList>\r
   <dc:subject>\r
    <rdf:Bag>\r
     <rdf:li>Dog</rdf:li>\r
     <rdf:li>beach</rdf:li>\r
    </rdf:Bag>\r
   </dc:subject>\r
   <mwg-rs:Regions rdf:parseType="Resource">\r
    <mwg-rs:RegionList>\r
     <rdf:Bag>\r
      <rdf:li>\r
       <rdf:Description mwg-rs:Name="Ada" mwg-rs:Type="Face"/>\r
      </rdf:li>\r
      <rdf:li rdf:parseType="Resource">\r
       <mwg-rs:Name>Grace</mwg-rs:Name>\r
       <mwg-rs:Type>Face</mwg-rs:Type>\r
      </rdf:li>\r
      <rdf:li rdf:parseType="Resource">\r
       <mwg-rs:Name>Rex</mwg-rs:Name>\r
       <mwg-rs:Type>Pet</mwg-rs:Type>\r
      </rdf:li>\r
     </rdf:Bag>\r
    </mwg-rs:RegionList>\r
   </mwg-rs:Regions>\r
  </rdf:Description>\r
 </rdf:RDF>\r
</x:xmpmeta>\r
"""

IMMICH = b"""<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x='adobe:ns:meta/' x:xmptk='Image::ExifTool 12.99'>
<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>

 <rdf:Description rdf:about=''
  xmlns:dc='http://purl.org/dc/elements/1.1/'>
  <dc:description>
   <rdf:Alt>
    <rdf:li xml:lang='x-default'>A dog on the beach</rdf:li>
   </rdf:Alt>
  </dc:description>
 </rdf:Description>

 <rdf:Description rdf:about=''
  xmlns:digiKam='http://www.digikam.org/ns/1.0/'>
  <digiKam:TagsList>
   <rdf:Seq>
    <rdf:li>Animals/Dog</rdf:li>
   </rdf:Seq>
  </digiKam:TagsList>
 </rdf:Description>

 <rdf:Description rdf:about=''
  xmlns:exif='http://ns.adobe.com/exif/1.0/'>
  <exif:GPSLatitude>52,31.2N</exif:GPSLatitude>
 </rdf:Description>

 <rdf:Description rdf:about=''
  xmlns:xmp='http://ns.adobe.com/xap/1.0/'>
  <xmp:Rating>5</xmp:Rating>
 </rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end='w'?>"""

RESOLVE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:D="http://ns.adobe.com/xmp/1.0/DynamicMedia/" D:scene="12A"'
    b' D:takeNumber="3" D:good="True" D:videoFrameRate="25.000000">'
    b'<D:logComment>soft focus</D:logComment><D:Tracks><rdf:Bag><rdf:li rdf:parseType="Resource">'
    b'<D:trackName>Markers</D:trackName><D:markers><rdf:Seq><rdf:li rdf:parseType="Resource">'
    b"<D:startTime>48</D:startTime><D:comment>logComment</D:comment></rdf:li></rdf:Seq></D:markers>"
    b"</rdf:li></rdf:Bag></D:Tracks></rdf:Description></rdf:RDF></x:xmpmeta>"
)

SELF_CLOSED = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
  <r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <r:Description r:about="uuid:1" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="x > y"/>
  </r:RDF>
</x:xmpmeta>
"""

UTF_16 = ("\ufeff" + IMMICH.decode()).encode("utf-16-le")

SAMPLES = {
    "lightroom": LIGHTROOM,
    "darktable": DARKTABLE,
    "digikam": DIGIKAM,
    "immich": IMMICH,
    "resolve": RESOLVE,
    "self_closed": SELF_CLOSED,
    "utf_16": UTF_16,
    "byte_order_mark": b"\xef\xbb\xbf" + IMMICH,
    "latin_1": b'<?xml version="1.0" encoding="ISO-8859-1"?>\n'
    + IMMICH[IMMICH.index(b"<x:") :].replace(b"A dog", b"\xc4 dog"),
}
