import "./css/fonts.css";
import "./css/tokens.css";
import "./css/admin.css";
